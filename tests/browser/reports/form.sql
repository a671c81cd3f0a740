-- title = "Form"
-- description = "One parameter of each kind of field."
-- parameters = [
--   { name = "least", label = "Least", default = 3 },
--   { name = "since", label = "Since", default = "2013-01-01" },
--   { name = "fruit", label = "Fruit", default = "", options = "select * from (values ('a', 'Apple'), ('b', 'Banana')) as f" },
--   { name = "sure", label = "Sure", default = true },
--   { name = "words", label = "Words", default = "" },
-- ]
select $1::integer as least, $2::date as since, $3::text as fruit, $4::boolean as sure, $5::text as words
