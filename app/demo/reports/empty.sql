-- title = "Nothing"
-- description = "A report without a single row."
select * from demo.nothing order by id
