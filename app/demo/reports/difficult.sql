-- title = "Difficult text"
-- description = "Markup, emoji, right-to-left, control characters, NULL and the empty string: all of it is only text."
-- labels = { what = "What it is", value = "Text" }
select * from demo.difficult order by id
