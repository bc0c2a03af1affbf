-- An experiment's jobs are looked for when it is deleted.
create index job_by_experiment on job (experiment);

-- Whether what a job could have gone on from was deleted; its models are there all the same.
alter table job add column checkpoints_deleted boolean not null default false;

-- Lists are read by pages, the newest first.
create index experiment_newest on experiment (submitted_at desc, name);
