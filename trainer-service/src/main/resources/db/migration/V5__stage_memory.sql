-- What a stage's job will hold at most, as its experiment's plan told; unknown for those before.
alter table stage add column memory_bytes bigint;
