-- Datasets that dataset-service has announced, so that an experiment can name one.
create table ready_dataset (
  id varchar(255) primary key,
  uri text not null
);

create table experiment (
  name varchar(63) primary key,
  spec text not null,
  status varchar(32) not null,
  reason text,
  cancel_requested boolean not null,
  dataset_id varchar(255) not null,
  dataset_uri text,
  submitted_at timestamptz not null,
  finished_at timestamptz
);

create index experiment_by_dataset on experiment (dataset_id);

create table job (
  id varchar(63) primary key,
  experiment varchar(63) not null,
  stage varchar(63) not null,
  plan text not null,
  status varchar(16) not null,
  reason text,
  cancel_requested boolean not null,
  attempts integer not null,
  failures integer not null,
  queued_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz,
  progress text,
  progress_step bigint not null
);

create index job_by_status on job (status);

create table stage (
  id varchar(127) primary key,
  experiment varchar(63) not null references experiment (name),
  ordinal integer not null,
  name varchar(63) not null,
  parent varchar(63),
  loss varchar(32) not null,
  status varchar(16) not null,
  reason text,
  job_id varchar(63) references job (id),
  checkpoint_id varchar(127),
  evaluation_status varchar(16) not null,
  evaluation_reason text,
  evaluation_metrics text,
  evaluation_uri text,
  unique (experiment, name)
);

create index stage_by_checkpoint on stage (checkpoint_id);
