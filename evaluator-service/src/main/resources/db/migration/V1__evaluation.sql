-- One row for each checkpoint that was to be measured; the checkpoint's id makes it happen once.
create table evaluation
(
    checkpoint_id varchar primary key,
    experiment    varchar     not null,
    stage         varchar     not null,
    checkpoint    text        not null,
    spec          text        not null,
    status        varchar     not null,
    failures      integer     not null,
    launches      integer     not null,
    reason        text,
    result_uri    varchar,
    metrics       text,
    requested_at  timestamptz not null,
    finished_at   timestamptz
);

create index evaluation_experiment on evaluation (experiment, requested_at);
create index evaluation_open on evaluation (requested_at) where status in ('PENDING', 'RUNNING');
