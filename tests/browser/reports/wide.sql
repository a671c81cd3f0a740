-- title = "Wide"
-- description = "Twenty columns of many types."
-- parameters = [{ name = "rows", label = "Rows", default = 1000 }]
select i as id, i % 97 as small, i * 1000003::bigint as large, i * 0.25 as amount, i / 7.0::float8 as ratio,
  'row ' || i as name, 'a text of some length, as in a note, number ' || i as note, i % 2 = 0 as even,
  date '2013-01-01' + i % 3650 as day, timestamp '2013-01-01' + i * interval '1 second' as moment,
  nullif(i % 5, 0) as sometimes, null::text as never, '' as empty, chr(65 + i % 26) as letter,
  md5((i % 1000)::text) as digest, i % 1000 as thousand, -i as negative, i % 12 + 1 as month,
  'EUR' as currency, i as last
from generate_series(1, $1::integer) as i
