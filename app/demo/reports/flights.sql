-- title = "Flights"
-- description = "Every departure from New York in 2013, in the order of the file: 336,776 rows."
-- labels = { dep_time = "Departure", sched_dep_time = "Scheduled departure", dep_delay = "Departure delay", arr_time = "Arrival", sched_arr_time = "Scheduled arrival", arr_delay = "Arrival delay", tailnum = "Aircraft", dest = "Destination" }
select * from demo.flights order by id
