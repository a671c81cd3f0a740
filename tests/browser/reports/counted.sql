-- title = "Counted"
-- description = "Three thousand rows, a millisecond or two each, that can be counted at once."
select i as id, (select count(*) from generate_series(1, 30000) as j where j % 7 = i % 7) as sevenths
from generate_series(1, 3000) as i
