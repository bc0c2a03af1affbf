-- The machines that an attempt was begun on, by their name: see io.gdpo.platform.work.Work.
alter table work add column pool varchar(255);
