-- What is to be known of types ($1: oids) to cast to them, print them, compare them.
--
-- output: where a cast to text is a function, or none at all, it can print something else than the
-- type's output function does (bool, inet, char(n), xml); then that function is named. A prepared
-- statement describes a column over a domain by the domain's base type, so domains do not matter.
-- equality, ordering: the default operator classes of an index tell. Arrays compare as their
-- elements do, domains as what they are over, varchar as text and cidr as inet (implicit binary
-- casts). A filter's value has to be read too, and no text makes an anonymous record (typtype p).
with recursive compared as (
    select t.oid as type, t.oid as base
    from pg_catalog.pg_type t
    where t.oid = any ($1::oid[])
    union all
    select c.type, case t.typtype when 'd' then t.typbasetype else t.typelem end
    from compared c
    join pg_catalog.pg_type t on t.oid = c.base
    where t.typtype = 'd' or (t.typcategory = 'A' and t.typelem <> 0)
),
operators as (
    select distinct c.type, m.amname as method
    from compared c
    join pg_catalog.pg_type b on b.oid = c.base
    join pg_catalog.pg_opclass o on o.opcdefault and (
        o.opcintype = c.base
        or o.opcintype::pg_catalog.regtype::text = case b.typtype
            when 'e' then 'anyenum'
            when 'r' then 'anyrange'
            when 'm' then 'anymultirange'
            when 'c' then 'record'
        end
        or exists (
            select from pg_catalog.pg_cast k
            where k.castsource = c.base and k.casttarget = o.opcintype
              and k.castmethod = 'b' and k.castcontext = 'i'
        )
    )
    join pg_catalog.pg_am m on m.oid = o.opcmethod and m.amname in ('btree', 'hash')
    where b.typtype <> 'd' and (b.typcategory <> 'A' or b.typelem = 0)
)
select
    t.oid::int8 as oid,
    pg_catalog.format_type(t.oid, null) as name,
    pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(t.typname) as "cast",
    case when exists (
        select from pg_catalog.pg_cast k
        where k.castsource = t.oid
          and k.casttarget = 'pg_catalog.text'::pg_catalog.regtype
          and k.castmethod <> 'i'
          and p.proname not in ('textout', 'varcharout')
    ) then pg_catalog.quote_ident(pn.nspname) || '.' || pg_catalog.quote_ident(p.proname) end
        as output,
    t.typlen < 0 as variable,
    t.typtype <> 'p' and exists (select from operators o where o.type = t.oid) as equality,
    exists (select from operators o where o.type = t.oid and o.method = 'btree') as ordering,
    t.typcategory = 'S' as textual
from pg_catalog.pg_type t
join pg_catalog.pg_namespace n on n.oid = t.typnamespace
join pg_catalog.pg_proc p on p.oid = t.typoutput
join pg_catalog.pg_namespace pn on pn.oid = p.pronamespace
where t.oid = any ($1::oid[])
