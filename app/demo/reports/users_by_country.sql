-- title = "Users by country"
-- description = "How many, how active, and what they are worth."
-- labels = { country_code = "Country", subscription_tier = "Tier", lifetime_value = "Lifetime value", share = "Share of the country's value (%)" }
select
    country_code,
    subscription_tier,
    count(*) as users,
    count(*) filter (where active) as active,
    sum(lifetime_value) as lifetime_value,
    round(100 * sum(lifetime_value) / nullif(sum(sum(lifetime_value)) over (partition by country_code), 0), 1) as share
from demo.users
group by country_code, subscription_tier
order by country_code, lifetime_value desc
