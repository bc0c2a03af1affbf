-- How often building it was begun since it was (last) asked for: a build that ends the service each
-- time is not begun for ever.
alter table dataset add column attempts integer not null default 0;

-- Hash of its source: as it was when the dataset was asked for, if that is known; as it was built, once READY.
alter table dataset add column source_sha256 varchar(64);
