-- title = "Kinds"
-- description = "Parameters of every kind, required and not, and some with the names of what a form can do."
-- parameters = [
--   { name = "least", label = "Least", required = true },
--   { name = "day", label = "Day", required = false },
--   { name = "moment", label = "Moment", default = "2013-01-01 12:30:15.5" },
--   { name = "zoned", label = "Zoned", default = "2013-01-01 12:30:15+02" },
--   { name = "clock", label = "Time of day", required = false },
--   { name = "ratio", label = "Ratio", default = 0.5 },
--   { name = "sure", label = "Sure", required = false },
--   { name = "fruit", label = "Fruit", options = "select * from (values ('a', 'Apple'), ('b', 'Banana')) as f" },
--   { name = "submit", label = "Submit", default = "s" },
--   { name = "elements", label = "Elements", default = "e" },
--   { name = "addEventListener", label = "Listener", default = "l" },
--   { name = "__proto__", label = "Prototype", default = "p" },
-- ]
select $1::integer as least, $2::date as day, $3::timestamp as moment, $4::timestamptz as zoned,
  $5::time as clock, $6::numeric as ratio, $7::boolean as sure, $8::text as fruit, $9::text as submit,
  $10::text as elements, $11::text as listener, $12::text as prototype
