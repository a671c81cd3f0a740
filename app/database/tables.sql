-- Tables and views of schemas ($1) that can be selected from; partitions are read through their
-- table.
select
    n.nspname || '.' || c.relname as name,
    'select * from ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname)
        as sql,
    c.relname as title,
    coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') as description
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = any ($1::text[])
  and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and not c.relispartition
order by n.nspname, c.relname
