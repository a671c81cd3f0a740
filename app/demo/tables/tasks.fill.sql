insert into tasks
select
    n,
    1 + pg_temp.pick(n, 61, 2000),
    pg_temp.one_of(n, 62, array['Write', 'Review', 'Test', 'Plan', 'Fix', 'Measure', 'Announce', 'Order'])
        || ' ' || pg_temp.one_of(n, 63, array['the contract', 'the importer', 'a prototype', 'the backup', 'the invoice', 'a checklist', 'the dashboard', 'the release']),
    status,
    pg_temp.one_of(n, 65, array['low', 'normal', 'normal', 'normal', 'high', 'urgent']),
    (array['Ada', 'Chen', 'Femi', 'Grace', 'Ines', 'Kavya', 'Mei', 'Pedro', null])[1 + pg_temp.pick(n, 66, 9)],
    created_at,
    case when pg_temp.pick(n, 68, 4) > 0 then (created_at at time zone 'UTC')::date + 3 + pg_temp.pick(n, 69, 60) end,
    case when status = 'done' then created_at + (1 + pg_temp.pick(n, 70, 3000000)) * interval '1 second' end
from generate_series($1::bigint, $2::bigint) as n
cross join lateral (select
    pg_temp.one_of(n, 64, array['todo', 'todo', 'in_progress', 'blocked', 'done', 'done', 'done', 'done', 'cancelled']) as status,
    timestamptz '2023-01-01 00:00:00+00' + pg_temp.pick(n, 67, 90000000) * interval '1 second' as created_at
) as made
