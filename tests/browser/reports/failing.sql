-- title = "Failing"
-- description = "Divides by zero at row 1,500."
select i as id, 100 / (1500 - i) as quotient
from generate_series(1, 3000) as i
