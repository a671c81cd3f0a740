-- title = "Projects"
-- description = "Projects with the names of their locations; the words are looked up in a full-text index."
-- parameters = [
--   { name = "words", label = "Words (\"quoted\", or, -not)", default = "" },
--   { name = "location", label = "Location", default = "", options = "select '', 'Everywhere' union all (select code, name from demo.locations order by name)" },
-- ]
-- labels = { starts_on = "Start", ends_on = "End" }
select p.id, p.name, p.description, coalesce(l.name, 'No location') as location, p.owner, p.budget, p.starts_on, p.ends_on
from demo.projects p
left join demo.locations l on l.code = p.location_code
where ($1::text = '' or p.search @@ websearch_to_tsquery('english', $1)) and ($2::text = '' or p.location_code = $2)
order by p.id
