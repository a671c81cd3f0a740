-- title = "Numbers"
-- description = "As many rows as are asked for."
-- parameters = [{ name = "rows", label = "Rows", default = 2500 }]
-- labels = { id = "Number" }
select i as id, 'row ' || i as name, null::text as nothing, '' as empty, i * 1.5 as amount
from generate_series(1, $1::integer) as i
order by i
