-- title = "Slow sort"
-- description = "Nothing comes for some seconds, then everything: millions of rows are sorted by a digest first."
-- parameters = [{ name = "rows", label = "Rows to sort", default = 1000000 }]
select n, md5(n::text) as digest
from generate_series(1, $1::bigint) as n
order by digest
