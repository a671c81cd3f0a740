-- Who may do what in the database `rowstream`: its owner keeps the state and loads tables,
-- the reader reads the tables of `demo` and `public`, now and later, and sees no state.
create schema if not exists demo authorization rowstream;
revoke all on database rowstream from public;
grant connect on database rowstream to rowstream_reader;
grant usage on schema demo, public to rowstream_reader;
alter default privileges for role rowstream in schema demo, public
  grant select on tables to rowstream_reader;
