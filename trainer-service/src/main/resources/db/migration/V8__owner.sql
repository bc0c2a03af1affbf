-- Who submitted it; null if nobody was asked who they are. A job is its experiment's owner's.
alter table experiment add column owner text;
alter table job add column owner text;
