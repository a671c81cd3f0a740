insert into users
select
    n,
    lower(given || '.' || family) || n || '@example.com',
    given || ' ' || family,
    pg_temp.one_of(n, 3, array['US', 'US', 'US', 'IN', 'IN', 'BR', 'DE', 'GB', 'FR', 'JP', 'MX', 'NG', 'ES', 'IT', 'PL', 'SE', 'NL', 'ZA', 'AU', 'KR']),
    tier,
    -- Most are worth little and a few much; a better tier is worth more.
    round((5000 * power(pg_temp.fraction(n, 5), 3)
        * case tier when 'free' then 0.01 when 'basic' then 0.3 when 'pro' then 1 else 4 end)::numeric, 2),
    pg_temp.pick(n, 6, 10) < 7,
    (array[true, false, null])[1 + pg_temp.pick(n, 7, 3)],
    pg_temp.pick(n, 8, 1500),
    signed_up_at,
    case when pg_temp.pick(n, 10, 8) > 0
        then least((signed_up_at at time zone 'UTC')::date + pg_temp.pick(n, 11, 1200), date '2025-12-31') end
from generate_series($1::bigint, $2::bigint) as n
cross join lateral (select
    pg_temp.one_of(n, 1, array['Ada', 'Aiko', 'Amara', 'Bruno', 'Chen', 'Dilan', 'Elena', 'Femi', 'Grace', 'Hugo', 'Ines', 'Jonas', 'Kavya', 'Linus', 'Mei', 'Noor', 'Olga', 'Pedro', 'Quentin', 'Rosa', 'Sven', 'Tariq', 'Uma', 'Yara']) as given,
    pg_temp.one_of(n, 2, array['Abe', 'Berg', 'Costa', 'Diaz', 'Eze', 'Fischer', 'Garcia', 'Huang', 'Ito', 'Jansen', 'Kim', 'Lopez', 'Moreau', 'Nair', 'Okafor', 'Petrov', 'Rossi', 'Santos', 'Tanaka', 'Weber', 'Young']) as family,
    pg_temp.one_of(n, 4, array['free', 'free', 'free', 'free', 'free', 'basic', 'basic', 'pro', 'pro', 'enterprise']) as tier,
    timestamptz '2020-01-01 00:00:00+00' + pg_temp.pick(n, 9, 157000000) * interval '1 second' as signed_up_at
) as person
