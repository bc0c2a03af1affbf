-- The machines that an attempt was begun on, by their name: see io.gdpo.platform.work.Work.
alter table work add column pool varchar(255);

-- Where in a trace it was asked for, or sent: see io.gdpo.platform.trace.Trace.
alter table work add column traceparent varchar(255);
alter table outbox add column traceparent varchar(255), add column tracestate varchar(512);
