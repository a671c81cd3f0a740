-- title = "Ticker"
-- description = "Two hundred rows a second, for a minute."
select i as id, pg_sleep(0.005) is null as slept
from generate_series(1, 12000) as i
