-- Each dataset that was asked for, and what became of it.
create table dataset
(
    id           varchar(200) primary key,
    spec         text        not null,
    state        varchar(16) not null,
    requested_by varchar(255),
    uri          text,
    reason       text,
    examples     text        not null,
    requested_at timestamptz not null,
    finished_at  timestamptz
);

-- The worker looks for what waits, oldest first.
create index dataset_waiting on dataset (requested_at) where state = 'REQUESTED';
