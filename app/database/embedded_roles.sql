-- The roles of the embedded PostgreSQL, made or brought up to date at each start.
do $$
begin
  if not exists (select from pg_roles where rolname = 'rowstream') then
    create role rowstream login;
  end if;
  if not exists (select from pg_roles where rolname = 'rowstream_reader') then
    create role rowstream_reader login;
  end if;
end
$$;
alter role rowstream nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role rowstream_reader nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
alter role rowstream set search_path = demo, public;
alter role rowstream_reader set search_path = demo, public;
alter role rowstream_reader set default_transaction_read_only = on;
revoke connect, temporary on database postgres, template1 from public;
