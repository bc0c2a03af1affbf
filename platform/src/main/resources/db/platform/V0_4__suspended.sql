-- Whether no attempt is to be made at it now: see io.gdpo.platform.work.Work.
alter table work add column suspended boolean not null default false;
