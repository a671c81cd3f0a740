-- title = "Weather and delays"
-- description = "Each departure with the weather of its hour."
-- parameters = [
--   { name = "from_wind", label = "Wind from (mph)", default = 20 },
--   { name = "since", label = "From day", default = "2013-01-01" },
--   { name = "until", label = "To day", default = "2013-12-31" },
-- ]
select
    f.time_hour, f.origin, f.dest, f.carrier, f.dep_delay,
    w.temp, w.wind_speed, w.wind_gust, w.precip, w.visib, w.pressure
from demo.flights f
join demo.weather w using (origin, time_hour)
where w.wind_speed >= $1::double precision and make_date(f.year, f.month, f.day) between $2::date and $3::date
order by f.id
