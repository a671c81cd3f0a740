-- export_schema
-- What an export has beside a run. Its row is one of rowstream.run, of kind 'export'.
alter table rowstream.run add column if not exists format text;
alter table rowstream.run add column if not exists options jsonb;
alter table rowstream.run add column if not exists attempt integer not null default 0;
alter table rowstream.run add column if not exists postponed integer not null default 0;
alter table rowstream.run add column if not exists file jsonb;
-- The report as it was when the export was asked for; only whoever works on it reads it.
alter table rowstream.run add column if not exists definition jsonb;

-- export_enter
-- An export of an owner who has fewer than $2 in progress; no row when he has as many.
insert into rowstream.run
    (id, kind, owner, report, title, arguments, query, definition, format, options, status, stage,
    process, created_at)
select (e ->> 'id')::uuid, 'export', e ->> 'owner', e ->> 'report', e ->> 'title',
    e -> 'arguments', e -> 'query', e -> 'definition', e ->> 'format', e -> 'options', 'pending',
    'queued', '', (e ->> 'created_at')::timestamptz
from (select $1::jsonb) as given(e)
where (
    select count(*) from rowstream.run
    where owner = e ->> 'owner' and kind = 'export' and status in ('pending', 'processing')
) < $2
returning id;

-- export_find
select e.id, e.owner, e.report, e.title, e.arguments, e.query, e.format, e.options, e.status,
    e.stage, e.attempt, e.postponed, e.rows, e.bytes, e.total, e.total_kind, e.progress, e.reason,
    e.error, e.file, e.created_at, e.started_at, e.finished_at, e.expires_at, e.deleted_at, (
    select count(*) from rowstream.run b
    where b.kind = 'export' and b.status = 'pending' and b.created_at <= e.created_at
) as place
from rowstream.run e where e.id = $1 and e.kind = 'export';

-- export_listed
select e.id, e.owner, e.report, e.title, e.arguments, e.query, e.format, e.options, e.status,
    e.stage, e.attempt, e.postponed, e.rows, e.bytes, e.total, e.total_kind, e.progress, e.reason,
    e.error, e.file, e.created_at, e.started_at, e.finished_at, e.expires_at, e.deleted_at, (
    select count(*) from rowstream.run b
    where b.kind = 'export' and b.status = 'pending' and b.created_at <= e.created_at
) as place
from rowstream.run e
where e.owner = $1 and e.kind = 'export' and (e.expires_at is null or e.expires_at > now())
    and e.deleted_at is null
order by e.created_at desc
limit 200;

-- export_begin
-- A worker takes the export. Whoever had it before can write nothing to it any more.
update rowstream.run
set status = 'processing', stage = 'fetching', process = $2, attempt = attempt + 1, rows = 0,
    bytes = 0, total = null, total_kind = 'unknown', progress = null,
    started_at = coalesce(started_at, now()), heartbeat = now()
where id = $1 and kind = 'export' and status in ('pending', 'processing')
returning *, 0::bigint as place;

-- export_begin_coding
-- The same where its file is there, but not yet in all codings: whoever made them is gone. It is
-- given up where $4 attempts have ended so.
update rowstream.run
set attempt = attempt + 1, process = $2, heartbeat = now()
where id = $1 and kind = 'export' and status = 'completed' and deleted_at is null
    and format = any($3::text[]) and attempt - postponed < $4
    and not (file -> 'codings') ?& $5::text[]
returning *, 0::bigint as place;

-- export_save
-- How far it is. No row: it is somebody else's now, or has been cancelled.
update rowstream.run
set stage = s.stage, rows = s.rows, bytes = s.bytes, total = s.total, total_kind = s.total_kind,
    progress = s.progress, heartbeat = now()
from jsonb_to_record($3::jsonb) as s(
    stage text, rows bigint, bytes bigint, total bigint, total_kind text,
    progress double precision)
where id = $1 and kind = 'export' and attempt = $2 and status = 'processing'
returning id;

-- export_postpone
-- Its worker is being stopped: it waits for another one. No row: as above.
update rowstream.run
set status = 'pending', stage = 'queued', process = '', postponed = postponed + 1, rows = 0,
    bytes = 0, total = null, total_kind = 'unknown', progress = null, heartbeat = now()
where id = $1 and kind = 'export' and attempt = $2 and status = 'processing'
returning id;

-- export_complete
-- The file is whole and can be had. No row: as above. Said twice, since the answer can get lost.
update rowstream.run
set status = 'completed', stage = null, rows = $3, total = $3, total_kind = 'exact',
    progress = 100, file = $4::jsonb, bytes = $5, definition = null, finished_at = now(),
    expires_at = now() + make_interval(secs => $6)
where id = $1 and kind = 'export' and attempt = $2 and status in ('processing', 'completed')
    and deleted_at is null
returning id;

-- export_coded
-- Its file can be had compressed, too.
update rowstream.run
set file = $3::jsonb, bytes = $4
where id = $1 and kind = 'export' and attempt = $2 and status = 'completed' and deleted_at is null
returning id;

-- export_fail
update rowstream.run
set status = 'failed', stage = null, error = $3::jsonb, bytes = 0, definition = null,
    finished_at = now(),
    expires_at = now() + make_interval(secs => $4)
where id = $1 and kind = 'export' and attempt = $2 and status in ('pending', 'processing')
returning id;

-- export_cancel
-- Whoever works on it is told, and finds out by himself if he did not hear.
update rowstream.run
set status = 'cancelled', stage = null, reason = $2, bytes = 0, definition = null,
    finished_at = now(),
    expires_at = now() + make_interval(secs => $3)
where id = $1 and kind = 'export' and status in ('pending', 'processing')
returning pg_notify('rowstream_export_cancel', id::text);

-- export_delete
-- From now on it is gone; its file is to be deleted.
update rowstream.run
set deleted_at = now(), bytes = 0, expires_at = least(expires_at, now())
where id = any($1::uuid[]) and kind = 'export' and deleted_at is null
    and status in ('completed', 'failed', 'cancelled')
returning file;

-- export_expired
select id::text from rowstream.run
where kind = 'export' and deleted_at is null and expires_at < now();

-- export_usage
-- Bytes of each owner's files: all that are kept, and those of exports in progress.
select owner, sum(bytes)::bigint as kept,
    coalesce(sum(bytes) filter (where status in ('pending', 'processing')), 0)::bigint
        as in_progress
from rowstream.run
where kind = 'export' and deleted_at is null
group by owner;

-- export_kept
-- Of these exports: what may lie in the store, finished files, and what is being written by the
-- present attempts, of compressed forms too.
select id::text, file, case
        when status = 'processing' or status = 'completed'
            and greatest(finished_at, heartbeat) > now() - interval '1 hour'
            then attempt end as writing
from rowstream.run
where kind = 'export' and deleted_at is null and id = any($1::uuid[]);
