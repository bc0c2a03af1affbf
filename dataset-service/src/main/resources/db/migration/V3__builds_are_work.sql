-- Builds are rows of work: what was asked for and not yet built is asked of it.
insert into work(id, kind, folder, subject, state, attempt, failures, cancel_requested, queued_at, not_before, term)
select id, 'build', 'builds/' || id, requested_by, 'WAITING', attempts, 0, false, requested_at, requested_at, 0
from dataset
where state = 'REQUESTED';

alter table dataset drop column attempts;
drop index dataset_waiting;
