-- What people uploaded, by the folder that it lies in: id is made of names and content.
create table upload
(
    id        varchar(64) primary key,
    wanted_at timestamptz not null default now()
);
