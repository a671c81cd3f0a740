-- title = "Users"
-- description = "People with a subscription, by country and tier."
-- parameters = [
--   { name = "country", label = "Country", default = "", options = "select '', 'All countries' union all (select distinct country_code::text, country_code::text from demo.users order by 1)" },
--   { name = "tier", label = "Tier", default = "", options = "values ('', 'All tiers'), ('free', 'Free'), ('basic', 'Basic'), ('pro', 'Pro'), ('enterprise', 'Enterprise')" },
--   { name = "min_value", label = "Lifetime value from", default = 0 },
-- ]
-- labels = { country_code = "Country", subscription_tier = "Tier", lifetime_value = "Lifetime value", signed_up_at = "Signed up", last_seen_on = "Last seen" }
select *
from demo.users
where ($1::text = '' or country_code = $1) and ($2::text = '' or subscription_tier = $2) and lifetime_value >= $3::numeric
order by id
