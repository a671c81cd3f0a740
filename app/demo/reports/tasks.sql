-- title = "Tasks"
-- description = "Tasks of all projects by status and the time of their making."
-- parameters = [
--   { name = "status", label = "Status", default = "", options = "values ('', 'All'), ('todo', 'To do'), ('in_progress', 'In progress'), ('blocked', 'Blocked'), ('done', 'Done'), ('cancelled', 'Cancelled')" },
--   { name = "priority", label = "Priority", default = "", options = "values ('', 'All'), ('low', 'Low'), ('normal', 'Normal'), ('high', 'High'), ('urgent', 'Urgent')" },
--   { name = "created_from", label = "Created from", default = "2023-01-01" },
--   { name = "created_to", label = "Created before", default = "2026-01-01" },
-- ]
-- labels = { created_at = "Created", due_on = "Due", completed_at = "Completed", took = "Time taken" }
select t.id, p.name as project, t.title, t.status, t.priority, t.assignee, t.created_at, t.due_on, t.completed_at,
    t.completed_at - t.created_at as took
from demo.tasks t
join demo.projects p on p.id = t.project_id
where ($1::text = '' or t.status = $1) and ($2::text = '' or t.priority = $2)
    and t.created_at >= $3::timestamptz and t.created_at < $4::timestamptz
order by t.created_at, t.id
