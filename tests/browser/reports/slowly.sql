-- title = "Slowly"
-- description = "So many rows, with a pause before each."
-- parameters = [{ name = "rows", label = "Rows", default = 400 }, { name = "pause", label = "Seconds", default = 0.02 }]
select i as id, pg_sleep($2::float8) is null as slept
from generate_series(1, $1::integer) as i
