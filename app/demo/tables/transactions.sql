-- Card payments: any number of them, in the order of their booking.
create table transactions (
    id bigint primary key,
    booked_at timestamptz not null,
    user_id bigint not null,
    merchant text not null,
    category text not null,
    amount numeric(12, 2) not null,
    currency char(3) not null,
    status text not null,
    reference uuid not null
);
