-- An evaluation has an id of its own, for a checkpoint may have several; those that there are keep
-- their checkpoint's.
alter table evaluation add column id varchar(255);
update evaluation set id = checkpoint_id;
alter table evaluation drop constraint evaluation_pkey;
alter table evaluation alter column id set not null;
alter table evaluation add primary key (id);
create index evaluation_of_checkpoint on evaluation (checkpoint_id);

-- How far one has come is told by its row of work.
insert into work(id, kind, folder, subject, state, attempt, failures, cancel_requested, queued_at, not_before, term)
select id, 'evaluate', 'evaluations/' || id, experiment, 'WAITING', launches, failures, false, requested_at,
       requested_at, 0
from evaluation
where status in ('PENDING', 'RUNNING');

drop index evaluation_open;
alter table evaluation
    drop column launches,
    drop column failures;
