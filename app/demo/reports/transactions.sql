-- title = "Transactions"
-- description = "Card payments in the order of their booking."
-- parameters = [
--   { name = "status", label = "Status", default = "", options = "values ('', 'All'), ('booked', 'Booked'), ('pending', 'Pending'), ('declined', 'Declined')" },
--   { name = "currency", label = "Currency", default = "", options = "values ('', 'All'), ('EUR', 'Euro'), ('USD', 'US dollar'), ('GBP', 'Pound sterling'), ('JPY', 'Yen'), ('CHF', 'Swiss franc')" },
-- ]
-- labels = { booked_at = "Booked", user_id = "User" }
select *
from demo.transactions
where ($1::text = '' or status = $1) and ($2::text = '' or currency = $2)
order by id
