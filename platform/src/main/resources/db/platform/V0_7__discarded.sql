-- Folders of the artifact store that no row names any more: see io.gdpo.platform.retention.Discarded.
create table discarded
(
    id          bigint generated always as identity primary key,
    folder      text        not null,
    work_folder text,
    not_before  timestamptz not null default now()
);

create index discarded_work_folder on discarded (work_folder);
