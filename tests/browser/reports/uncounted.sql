-- title = "Uncounted"
-- description = "Two hundred rows a second, for ten seconds; nobody says how many there will be."
-- total = "none"
select i as id, pg_sleep(0.005) is null as slept
from generate_series(1, 2000) as i
