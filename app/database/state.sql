-- schema
-- Everything the servers share. Made by the first that starts; later ones find it.
create schema if not exists rowstream;
create table if not exists rowstream.run (
    id uuid primary key,
    kind text not null,
    owner text not null,
    report text not null,
    title text not null,
    arguments jsonb not null,
    query jsonb not null,
    status text not null
        check (status in ('pending', 'processing', 'completed', 'failed', 'cancelled')),
    stage text,
    position integer,
    rows bigint not null default 0,
    chunks bigint not null default 0,
    bytes bigint not null default 0,
    total bigint,
    total_kind text not null default 'unknown',
    progress double precision,
    reader text,
    reader_reason text,
    reason text,
    error jsonb,
    process text not null,
    heartbeat timestamptz not null default now(),
    cancel_requested boolean not null default false,
    followed_at timestamptz not null default now(),
    created_at timestamptz not null,
    started_at timestamptz,
    finished_at timestamptz,
    expires_at timestamptz,
    deleted_at timestamptz
);
create index if not exists run_in_progress on rowstream.run (owner)
    where status in ('pending', 'processing');
create index if not exists run_owner on rowstream.run (owner, created_at desc);
create index if not exists run_kept on rowstream.run (finished_at) where deleted_at is null;

-- enter
-- A run of an owner who has fewer than $2 in progress; no row when he has as many.
insert into rowstream.run
    (id, kind, owner, report, title, arguments, query, status, stage, process, created_at)
select (r ->> 'id')::uuid, r ->> 'kind', r ->> 'owner', r ->> 'report', r ->> 'title',
    r -> 'arguments', r -> 'query', r ->> 'status', r ->> 'stage', r ->> 'process',
    (r ->> 'created_at')::timestamptz
from (select $1::jsonb) as given(r)
where (
    select count(*) from rowstream.run
    where owner = r ->> 'owner' and kind = 'run' and status in ('pending', 'processing')
) < $2
returning id;

-- usage_by_owner
-- Bytes of each owner's backlogs: all that are kept, and those of runs in progress.
select owner, sum(bytes)::bigint as kept,
    coalesce(sum(bytes) filter (where status in ('pending', 'processing')), 0)::bigint
        as in_progress
from rowstream.run
where kind = 'run' and deleted_at is null
group by owner;

-- save
-- What a process knows of its runs, and its sign of life. A final status never changes again.
update rowstream.run as r
set status = s.status, stage = s.stage, position = s.position, rows = s.rows, chunks = s.chunks,
    bytes = s.bytes, total = s.total, total_kind = s.total_kind, progress = s.progress,
    reader = s.reader, reader_reason = s.reader_reason, reason = s.reason, error = s.error,
    started_at = s.started_at, finished_at = s.finished_at, expires_at = s.expires_at,
    heartbeat = now()
from jsonb_to_recordset($1::jsonb) as s(
    id uuid, status text, stage text, position integer, rows bigint, chunks bigint, bytes bigint,
    total bigint, total_kind text, progress double precision, reader text, reader_reason text,
    reason text, error jsonb, started_at timestamptz, finished_at timestamptz,
    expires_at timestamptz)
where r.id = s.id and r.process = $2 and r.status in ('pending', 'processing')
returning r.id::text, r.cancel_requested,
    extract(epoch from now() - r.followed_at)::float8 as unfollowed;

-- follow
-- Somebody looks at these runs.
update rowstream.run set followed_at = now() where id = any($1::uuid[]);

-- find
select * from rowstream.run where id = $1 and kind = 'run';

-- listed
select * from rowstream.run
where owner = $1 and kind = 'run' and (expires_at is null or expires_at > now())
    and deleted_at is null
order by created_at desc
limit 200;

-- request_cancel
-- For the process that owns the run; it is notified, and finds the mark if it did not hear.
update rowstream.run set cancel_requested = true
where id = $1 and kind = 'run' and status in ('pending', 'processing')
returning pg_notify('rowstream_cancel', id::text);

-- requested_cancels
select id::text from rowstream.run
where process = $1 and cancel_requested and status in ('pending', 'processing');

-- silent
-- Runs in progress that have given no sign of life for $1 seconds.
select * from rowstream.run
where kind = 'run' and status in ('pending', 'processing')
    and heartbeat < now() - make_interval(secs => $1);

-- adopt
-- Become the owner of a silent run.
update rowstream.run set process = $2, heartbeat = now()
where id = $1 and process = $3 and status in ('pending', 'processing')
returning id;

-- forget
delete from rowstream.run where id = $1;

-- expired
-- Finished runs whose time has passed.
select id::text from rowstream.run
where kind = 'run' and deleted_at is null and expires_at < now();

-- oldest
-- Finished runs that are kept, the oldest first.
select id::text, bytes from rowstream.run
where kind = 'run' and deleted_at is null and status in ('completed', 'failed', 'cancelled')
order by finished_at
limit 100;

-- delete
-- The backlog is deleted; the row stays to say 410.
update rowstream.run
set deleted_at = now(), bytes = 0, expires_at = least(expires_at, now())
where id = any($1::uuid[]);

-- purge
-- After this nobody remembers: 404.
delete from rowstream.run
where deleted_at < now() - make_interval(secs => $1);

-- known
select id::text from rowstream.run where id = any($1::uuid[]);
