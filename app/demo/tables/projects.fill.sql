insert into projects
select
    n,
    pg_temp.one_of(n, 41, array['Migrate', 'Rebuild', 'Retire', 'Audit', 'Extend', 'Measure', 'Document', 'Unify'])
        || ' the ' || thing,
    format('%s the %s of %s so that %s. The %s team reviews it %s.',
        pg_temp.one_of(n, 43, array['Improves', 'Replaces', 'Simplifies', 'Secures', 'Automates']),
        thing,
        pg_temp.one_of(n, 44, array['the warehouse', 'our stores', 'the mobile app', 'finance', 'customer support', 'the data platform']),
        pg_temp.one_of(n, 45, array['invoices arrive on time', 'reports open at once', 'nobody waits in line', 'errors are seen early', 'energy is saved', 'customers find answers']),
        pg_temp.one_of(n, 46, array['security', 'design', 'operations', 'legal', 'research']),
        pg_temp.one_of(n, 47, array['every week', 'every month', 'before each release', 'once'])),
    (array['AMS', 'BER', 'BOM', 'CPT', 'GRU', 'LIS', 'LOS', 'NRT', 'NYC', 'SYD', 'WAW', 'YYZ', null])[1 + pg_temp.pick(n, 48, 13)],
    pg_temp.one_of(n, 49, array['Ada Berg', 'Chen Huang', 'Femi Okafor', 'Grace Young', 'Ines Costa', 'Kavya Nair', 'Mei Tanaka', 'Pedro Lopez']),
    case when pg_temp.pick(n, 50, 9) > 0 then round((1000 + 250000 * pg_temp.fraction(n, 51))::numeric, 2) end,
    starts_on,
    case when pg_temp.pick(n, 53, 3) > 0 then starts_on + 30 + pg_temp.pick(n, 54, 700) end
from generate_series($1::bigint, $2::bigint) as n
cross join lateral (select
    pg_temp.one_of(n, 42, array['billing system', 'search index', 'delivery routes', 'payment gateway', 'login service', 'photo archive', 'price catalog', 'solar roof', 'translation memory', 'visitor centre']) as thing,
    date '2021-01-01' + pg_temp.pick(n, 52, 1500) as starts_on
) as made
