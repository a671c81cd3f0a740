-- Projects at locations (a code in the table, a name on the screen), with a full-text index.
create table locations (
    code text primary key,
    name text not null,
    country_code char(2) not null
);

insert into locations values
    ('AMS', 'Amsterdam', 'NL'), ('BER', 'Berlin', 'DE'), ('BOM', 'Mumbai', 'IN'), ('CPT', 'Cape Town', 'ZA'),
    ('GRU', 'São Paulo', 'BR'), ('LIS', 'Lisbon', 'PT'), ('LOS', 'Lagos', 'NG'), ('NRT', 'Tokyo', 'JP'),
    ('NYC', 'New York', 'US'), ('SYD', 'Sydney', 'AU'), ('WAW', 'Warsaw', 'PL'), ('YYZ', 'Toronto', 'CA');

create table projects (
    id bigint primary key,
    name text not null,
    description text not null,
    location_code text references locations (code),
    owner text not null,
    budget numeric(12, 2),
    starts_on date not null,
    ends_on date,
    search tsvector generated always as (to_tsvector('english', name || ' ' || description)) stored
);

create index projects_search on projects using gin (search);

create table tasks (
    id bigint primary key,
    project_id bigint not null references projects (id),
    title text not null,
    status text not null,
    priority text not null,
    assignee text,
    created_at timestamptz not null,
    due_on date,
    completed_at timestamptz
);
