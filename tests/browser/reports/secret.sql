-- title = "Secret"
-- description = "A table that the reading role may not read."
select * from secret
