-- title = "Carriers by month"
-- description = "How many flights each airline made, how late, and how many were cancelled."
-- labels = { flights = "Flights", cancelled = "Cancelled", average_delay = "Average delay (minutes)", late_percent = "Late by 15 minutes (%)" }
select
    a.name as airline,
    make_date(f.year, f.month, 1) as month,
    count(*) as flights,
    count(*) filter (where f.dep_time is null) as cancelled,
    round(avg(f.dep_delay), 1) as average_delay,
    round(100.0 * count(*) filter (where f.dep_delay >= 15) / count(*), 1) as late_percent
from demo.flights f
join demo.airlines a using (carrier)
group by a.name, f.year, f.month
order by a.name, month
