-- Events that are true but not yet sent; the relay deletes what the broker has taken.
create table outbox
(
    id       bigint generated always as identity primary key,
    event_id uuid        not null,
    topic    varchar     not null,
    key      varchar     not null,
    type     varchar     not null,
    source   varchar     not null,
    time     timestamptz not null,
    data     bytea       not null
);

-- Events that were handled, so that a second delivery is recognised.
create table inbox
(
    source     varchar     not null,
    event_id   varchar     not null,
    handled_at timestamptz not null default now(),
    primary key (source, event_id)
);

create index inbox_handled_at on inbox (handled_at);
