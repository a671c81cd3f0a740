-- title = "One row"
-- description = "A report with exactly one row."
-- labels = { founded_on = "Founded" }
select * from demo.company
