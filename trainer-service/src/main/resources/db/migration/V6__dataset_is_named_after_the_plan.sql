-- An experiment that is planned, or failed in its plan, has no dataset yet.
alter table experiment alter column dataset_id drop not null;
