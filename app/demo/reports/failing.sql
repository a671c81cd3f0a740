-- title = "Fails half-way"
-- description = "Divides by zero at a chosen row: the rows before it stay."
-- parameters = [{ name = "at_row", label = "Fails at row", default = 2501 }]
-- total = "none"
select n, 1000000 / ($1::integer - n) as quotient
from generate_series(1, 5000) as n
