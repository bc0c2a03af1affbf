-- Whether it is to go once it is over: what it measured is gone.
alter table evaluation add column unwanted boolean not null default false;
create index evaluation_finished on evaluation (finished_at);
create index evaluation_in_order on evaluation (requested_at, id);
