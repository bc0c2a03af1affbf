-- How far a job has come is told by its row of work; its attempts go on from where they were.
insert into work(id, kind, folder, subject, state, attempt, failures, cancel_requested, reason, progress,
                 queued_at, started_at, finished_at, not_before, term)
select id, 'train', 'jobs/' || id, experiment, case status when 'QUEUED' then 'WAITING' else status end,
       attempts, failures, cancel_requested, reason, progress, queued_at, started_at, finished_at, queued_at, 0
from job;

drop index job_by_status;
alter table job
    drop column status,
    drop column reason,
    drop column cancel_requested,
    drop column attempts,
    drop column failures,
    drop column queued_at,
    drop column started_at,
    drop column finished_at,
    drop column progress,
    drop column progress_step;
