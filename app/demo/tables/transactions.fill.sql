insert into transactions
select
    n,
    timestamptz '2023-01-01 00:00:00+00' + n * interval '6.3 seconds' + pg_temp.pick(n, 21, 6000) * interval '1 millisecond',
    1 + pg_temp.pick(n, 22, 100000),
    pg_temp.one_of(n, 23, array['Blue Door Books', 'Café Lumière', 'City Transit', 'Green Grocer', 'Harbour Hotel', 'North Power & Light', 'Old Mill Bakery', 'Pixel Games', 'Sunrise Pharmacy', 'Velo Repair']),
    pg_temp.one_of(n, 23, array['books', 'restaurants', 'transport', 'groceries', 'travel', 'utilities', 'groceries', 'games', 'health', 'transport']),
    -- One in twenty is a refund.
    round((case when pg_temp.pick(n, 25, 20) = 0 then -1 else 1 end * (0.5 + 900 * power(pg_temp.fraction(n, 24), 4)))::numeric, 2),
    pg_temp.one_of(n, 26, array['EUR', 'EUR', 'EUR', 'USD', 'USD', 'GBP', 'JPY', 'CHF']),
    pg_temp.one_of(n, 27, array['booked', 'booked', 'booked', 'booked', 'booked', 'booked', 'pending', 'declined']),
    md5('transaction ' || n)::uuid
from generate_series($1::bigint, $2::bigint) as n
