-- Whether nothing more of it is to be trained now.
alter table experiment add column suspended boolean not null default false;
