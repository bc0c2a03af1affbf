-- Who waits while a dataset is built: experiments by name, '' for all others; and whether nobody does any more.
alter table dataset
    add column waiting varchar(255)[] not null default '{}',
    add column cancel_requested boolean not null default false;

update dataset set waiting = array[coalesce(requested_by, '')] where state = 'REQUESTED';
