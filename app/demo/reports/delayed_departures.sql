-- title = "Delayed departures"
-- description = "Flights that left late, the worst first."
-- parameters = [
--   { name = "min_delay", label = "Minimum delay (minutes)", default = 60 },
--   { name = "carrier", label = "Carrier", default = "", options = "select '', 'All carriers' union all (select carrier, name from demo.airlines order by name)" },
--   { name = "origin", label = "Airport", default = "", options = "values ('', 'All three'), ('EWR', 'Newark'), ('JFK', 'Kennedy'), ('LGA', 'LaGuardia')" },
-- ]
-- labels = { time_hour = "Scheduled hour", dep_delay = "Departure delay", arr_delay = "Arrival delay", dest = "Destination" }
select f.id, f.time_hour, a.name as airline, f.carrier, f.flight, f.origin, f.dest, f.dep_delay, f.arr_delay, f.distance
from demo.flights f
join demo.airlines a using (carrier)
where f.dep_delay >= $1::integer and ($2::text = '' or f.carrier = $2) and ($3::text = '' or f.origin = $3)
order by f.dep_delay desc, f.id
