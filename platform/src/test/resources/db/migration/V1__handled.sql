create table handled
(
    job_id   varchar not null,
    sequence bigint generated always as identity
);

create table once_only
(
    name varchar primary key
);
