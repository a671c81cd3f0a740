-- Deterministic values from a row's number: PostgreSQL's own hash, since random() differs by version.
create function pg_temp.pick(row_number bigint, seed integer, choices integer) returns integer
    language sql immutable parallel safe
    return ((hashint8extended(row_number, seed) & 9007199254740991) % choices)::integer;

-- From 0 (included) to 1 (not).
create function pg_temp.fraction(row_number bigint, seed integer) returns double precision
    language sql immutable parallel safe
    return (hashint8extended(row_number, seed) & 9007199254740991) / 9007199254740992.0::double precision;

create function pg_temp.one_of(row_number bigint, seed integer, choices text[]) returns text
    language sql immutable parallel safe
    return choices[1 + pg_temp.pick(row_number, seed, cardinality(choices))];
