-- title = "Numbers"
-- description = "As many rows as wanted, for trying how large a result can be."
-- parameters = [{ name = "rows", label = "Rows", default = 1000000 }]
select n, n % 2 = 0 as even, n * n as square, 'Number ' || n as text
from generate_series(1, $1::bigint) as n
