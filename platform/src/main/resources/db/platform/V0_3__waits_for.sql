-- What keeps an attempt from getting on, such as a queue of the cluster: see io.gdpo.platform.work.Work.
alter table work add column waits_for text;
