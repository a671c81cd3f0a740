-- People with a subscription: any number of them.
create table users (
    id bigint primary key,
    email text not null,
    full_name text not null,
    country_code char(2) not null,
    subscription_tier text not null,
    lifetime_value numeric(12, 2) not null,
    active boolean not null,
    marketing_consent boolean,
    sessions integer not null,
    signed_up_at timestamptz not null,
    last_seen_on date
);
