-- Which experiments hold a dataset: one that anybody holds is not deleted.
create table dataset_holder
(
    dataset_id varchar(200) not null references dataset (id) on delete cascade,
    holder     varchar(255) not null,
    primary key (dataset_id, holder)
);

-- When somebody last asked for it, or gave it back.
alter table dataset add column wanted_at timestamptz;
update dataset set wanted_at = coalesce(finished_at, requested_at);
alter table dataset alter column wanted_at set not null;
alter table dataset alter column wanted_at set default now();

-- Who else trains on those of the version before is not known: they go by hand only.
insert into dataset_holder(dataset_id, holder)
select id, 'experiments of a version before' from dataset;

-- Lists are read by pages, the newest first.
create index dataset_newest on dataset (requested_at desc, id);
