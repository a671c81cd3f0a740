-- title = "Documents"
-- description = "JSON, long texts, bytes, nothing."
-- parameters = [{ name = "long", label = "Characters of the long text", default = 1500000 }]
-- labels = { data = "Document" }
select i as id,
  ('{"exact": 9007199254740993, "cents": 1.50, "rows": [' || i || ', "two"], "none": {}}')::jsonb as data,
  case when i = 1 then null when i = 2 then '' else 'naïve €😀' end as words,
  '\xdeadbeef'::bytea as bytes, '{1,2}'::integer[] as list,
  case when i = 3 then repeat('word ', $1::integer / 5) end as long
from generate_series(1, 1500) as i
order by i
