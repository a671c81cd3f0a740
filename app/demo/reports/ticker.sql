-- title = "Ticker"
-- description = "A slow source: it makes a row, waits, makes the next."
-- parameters = [
--   { name = "rows", label = "Rows", default = 3000 },
--   { name = "per_second", label = "Rows a second", default = 100 },
-- ]
select n, clock_timestamp() as at
from generate_series(1, $1::integer) as n
where pg_sleep(1 / $2::double precision) is not null
