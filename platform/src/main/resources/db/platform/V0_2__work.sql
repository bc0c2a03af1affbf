-- Long work that is done elsewhere, by attempts: see io.gdpo.platform.work.Work.
create table work
(
    id               varchar(255) primary key,
    kind             varchar(16)  not null,
    folder           text         not null,
    subject          varchar(255),
    state            varchar(16)  not null,
    attempt          integer      not null,
    failures         integer      not null,
    cancel_requested boolean      not null,
    reason           text,
    progress         text,
    queued_at        timestamptz  not null,
    started_at       timestamptz,
    finished_at      timestamptz,
    not_before       timestamptz  not null,
    holder           varchar(255),
    term             bigint       not null,
    lease_until      timestamptz
);

-- What replicas look for: a few rows among all that ever were.
create index work_open on work (kind, queued_at) where state in ('WAITING', 'RUNNING');
