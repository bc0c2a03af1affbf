-- Rows of trainer-service as the version before wrote them; the JSON is of its own classes.
insert into ready_dataset(id, uri) values ('before-data', 'file:///data/kept');

insert into experiment(name, spec, status, reason, cancel_requested, dataset_id, dataset_uri, submitted_at, finished_at)
select 'before-' || name, replace(spec, 'name-of-it', 'before-' || name), status, reason, cancel_requested, dataset_id, dataset_uri, submitted_at, finished_at
from (values
  ('waiting', 'WAITING_FOR_DATASET', null::text, false, 'before-awaited', null::text, timestamptz '2026-11-20T10:00:00Z', null::timestamptz),
  ('running', 'RUNNING', null, false, 'before-data', 'file:///data/kept', timestamptz '2026-11-20T10:01:00Z', null),
  ('queued', 'RUNNING', null, false, 'before-data', 'file:///data/kept', timestamptz '2026-11-20T10:02:00Z', null),
  ('stopping', 'RUNNING', null, true, 'before-data', 'file:///data/kept', timestamptz '2026-11-20T10:03:00Z', null),
  ('succeeded', 'SUCCEEDED', null, false, 'before-data', 'file:///data/kept', timestamptz '2026-11-20T10:04:00Z', timestamptz '2026-11-20T10:30:00Z'),
  ('failed', 'FAILED', 'stage ''sft'' failed: the loss is NaN', false, 'before-data', 'file:///data/kept', timestamptz '2026-11-20T10:05:00Z', timestamptz '2026-11-20T10:31:00Z'),
  ('unmeasured', 'FAILED', 'evaluation of stage ''sft'' failed: exit code 137', false, 'before-data', 'file:///data/kept', timestamptz '2026-11-20T10:06:00Z', timestamptz '2026-11-20T10:32:00Z'),
  ('cancelled', 'CANCELLED', 'cancelled on request', true, 'before-data', 'file:///data/kept', timestamptz '2026-11-20T10:07:00Z', timestamptz '2026-11-20T10:33:00Z')) as rows(name, status, reason, cancel_requested, dataset_id, dataset_uri, submitted_at, finished_at),
  (values ('{"name":"name-of-it","seed":3,"dataset":{"survey":"/data/survey.csv","group":"Riverside","synthesis":{"respondents":24,"seed":0}},"model":{"init":{"tokenizer":"/data/tokenizer.json","layers":1,"hidden":16,"heads":2,"positions":96}},"stages":[{"name":"sft","training":{"loss":"sft","beta":0.1,"label_smoothing":0.0,"reference_free":false,"calibration_weight":1.0,"imitation_weight":1.0,"preference_weight":1.0,"desirable_weight":1.0,"undesirable_weight":1.0,"calibration_support":"vocabulary","imitation_includes_close":true,"targets":"all","optimizer":"adamw","learning_rate":5.0E-7,"schedule":"linear","final_learning_rate_ratio":0.1,"warmup_steps":20,"weight_decay":0.0,"adam_beta1":0.9,"adam_beta2":0.95,"batch_size":32,"gradient_accumulation":1,"examples_per_prompt":4,"max_grad_norm":10.0,"epochs":1.0,"select_by":"loss","select_direction":"min","device":"auto","compute_dtype":"float32","activation_recomputation":false,"vocabulary_chunk":0,"levers":{"one_forward":true,"cached_reference":true,"selected_rows":true,"shared_prefixes":true,"sequence_packing":true,"length_bucketing":true,"fused_optimizer":true,"prefetch":true}},"evaluate":true},{"name":"gdpo","parent":"sft","training":{"loss":"gdpo","beta":0.25,"label_smoothing":0.0,"reference_free":false,"calibration_weight":1.0,"imitation_weight":1.0,"preference_weight":1.0,"desirable_weight":1.0,"undesirable_weight":1.0,"calibration_support":"vocabulary","imitation_includes_close":true,"targets":"all","optimizer":"adamw","learning_rate":5.0E-7,"schedule":"linear","final_learning_rate_ratio":0.1,"warmup_steps":20,"weight_decay":0.0,"adam_beta1":0.9,"adam_beta2":0.95,"batch_size":32,"gradient_accumulation":1,"examples_per_prompt":4,"max_grad_norm":10.0,"epochs":1.0,"select_by":"loss","select_direction":"min","device":"auto","compute_dtype":"float32","activation_recomputation":false,"vocabulary_chunk":0,"levers":{"one_forward":true,"cached_reference":true,"selected_rows":true,"shared_prefixes":true,"sequence_packing":true,"length_bucketing":true,"fused_optimizer":true,"prefetch":true}},"evaluate":true}],"evaluation":{"split":"test","checkpoint":"best","samples":4,"max_new_tokens":64,"temperature":1.0,"top_k":0,"top_p":1.0,"seed":0}}')) as json(spec);

insert into job(id, experiment, stage, plan, status, reason, cancel_requested, attempts, failures, queued_at, started_at, finished_at, progress, progress_step)
select 'before-' || id, 'before-' || experiment, stage, case stage when 'sft' then plan_of_sft else plan_of_gdpo end, status, reason, cancel_requested, attempts, failures, queued_at, started_at, finished_at, case when progress_step >= 0 then line end, progress_step
from (values
  ('running-sft', 'running', 'sft', 'SUCCEEDED', null::text, false, 1, 0, timestamptz '2026-11-20T10:01:00Z', timestamptz '2026-11-20T10:01:00Z', timestamptz '2026-11-20T10:05:00Z', 5),
  ('running-gdpo', 'running', 'gdpo', 'RUNNING', null, false, 2, 1, timestamptz '2026-11-20T10:06:00Z', timestamptz '2026-11-20T10:06:00Z', null, 5),
  ('queued-sft', 'queued', 'sft', 'QUEUED', null, false, 0, 0, timestamptz '2026-11-20T10:07:00Z', null, null, -1),
  ('stopping-sft', 'stopping', 'sft', 'RUNNING', 'cancelled on request', true, 1, 0, timestamptz '2026-11-20T10:08:00Z', timestamptz '2026-11-20T10:08:00Z', null, -1),
  ('succeeded-sft', 'succeeded', 'sft', 'SUCCEEDED', null, false, 1, 0, timestamptz '2026-11-20T10:01:00Z', timestamptz '2026-11-20T10:01:00Z', timestamptz '2026-11-20T10:05:00Z', 5),
  ('succeeded-gdpo', 'succeeded', 'gdpo', 'SUCCEEDED', null, false, 2, 1, timestamptz '2026-11-20T10:06:00Z', timestamptz '2026-11-20T10:06:00Z', timestamptz '2026-11-20T10:09:00Z', 5),
  ('failed-sft', 'failed', 'sft', 'FAILED', 'the loss is NaN', false, 3, 2, timestamptz '2026-11-20T10:01:00Z', timestamptz '2026-11-20T10:01:00Z', timestamptz '2026-11-20T10:05:00Z', 5),
  ('unmeasured-sft', 'unmeasured', 'sft', 'SUCCEEDED', null, false, 1, 0, timestamptz '2026-11-20T10:01:00Z', timestamptz '2026-11-20T10:01:00Z', timestamptz '2026-11-20T10:05:00Z', 5),
  ('unmeasured-gdpo', 'unmeasured', 'gdpo', 'SUCCEEDED', null, false, 1, 0, timestamptz '2026-11-20T10:06:00Z', timestamptz '2026-11-20T10:06:00Z', timestamptz '2026-11-20T10:09:00Z', 5),
  ('cancelled-sft', 'cancelled', 'sft', 'CANCELLED', 'cancelled on request', true, 1, 0, timestamptz '2026-11-20T10:01:00Z', timestamptz '2026-11-20T10:01:00Z', timestamptz '2026-11-20T10:05:00Z', -1)) as rows(id, experiment, stage, status, reason, cancel_requested, attempts, failures, queued_at, started_at, finished_at, progress_step),
  (values (
    '{"seed":3,"dataset_uri":"file:///data/kept","model":{"init":{"tokenizer":"/data/tokenizer.json","layers":1,"hidden":16,"heads":2,"positions":96}},"training":{"loss":"sft","beta":0.1,"label_smoothing":0.0,"reference_free":false,"calibration_weight":1.0,"imitation_weight":1.0,"preference_weight":1.0,"desirable_weight":1.0,"undesirable_weight":1.0,"calibration_support":"vocabulary","imitation_includes_close":true,"targets":"all","optimizer":"adamw","learning_rate":5.0E-7,"schedule":"linear","final_learning_rate_ratio":0.1,"warmup_steps":20,"weight_decay":0.0,"adam_beta1":0.9,"adam_beta2":0.95,"batch_size":32,"gradient_accumulation":1,"examples_per_prompt":4,"max_grad_norm":10.0,"epochs":1.0,"select_by":"loss","select_direction":"min","device":"auto","compute_dtype":"float32","activation_recomputation":false,"vocabulary_chunk":0,"levers":{"one_forward":true,"cached_reference":true,"selected_rows":true,"shared_prefixes":true,"sequence_packing":true,"length_bucketing":true,"fused_optimizer":true,"prefetch":true}}}',
    '{"seed":3,"dataset_uri":"file:///data/kept","parent_model_uri":"file:///data/jobs/before-sft-1/best/","reference_model_uri":"file:///data/jobs/before-sft-1/best/","training":{"loss":"gdpo","beta":0.25,"label_smoothing":0.0,"reference_free":false,"calibration_weight":1.0,"imitation_weight":1.0,"preference_weight":1.0,"desirable_weight":1.0,"undesirable_weight":1.0,"calibration_support":"vocabulary","imitation_includes_close":true,"targets":"all","optimizer":"adamw","learning_rate":5.0E-7,"schedule":"linear","final_learning_rate_ratio":0.1,"warmup_steps":20,"weight_decay":0.0,"adam_beta1":0.9,"adam_beta2":0.95,"batch_size":32,"gradient_accumulation":1,"examples_per_prompt":4,"max_grad_norm":10.0,"epochs":1.0,"select_by":"loss","select_direction":"min","device":"auto","compute_dtype":"float32","activation_recomputation":false,"vocabulary_chunk":0,"levers":{"one_forward":true,"cached_reference":true,"selected_rows":true,"shared_prefixes":true,"sequence_packing":true,"length_bucketing":true,"fused_optimizer":true,"prefetch":true}}}',
    '{"phase":"train","step":5,"total_steps":10,"examples":160,"epoch":0.5,"metrics":{"loss":1.5},"tokens_per_second":900.0,"eta_seconds":3.5}')) as json(plan_of_sft, plan_of_gdpo, line);

insert into stage(id, experiment, ordinal, name, parent, loss, status, reason, job_id, checkpoint_id, evaluation_status, evaluation_reason, evaluation_metrics, evaluation_uri)
select 'before-' || experiment || '/' || name, 'before-' || experiment, case name when 'sft' then 0 else 1 end, name, case name when 'gdpo' then 'sft' end, name, status, reason, 'before-' || job, 'before-' || job || '-' || kind, evaluation, evaluation_reason, metrics, case when metrics is not null then 'file:///data/evaluations/before-' || job || '-best/evaluation.json' end
from (values
  ('waiting', 'sft', 'PENDING', null::text, null::text, null::text, 'NONE', null::text, null::text),
  ('waiting', 'gdpo', 'PENDING', null, null, null, 'NONE', null, null),
  ('running', 'sft', 'SUCCEEDED', null, 'running-sft', 'best', 'PENDING', null, null),
  ('running', 'gdpo', 'RELEASED', null, 'running-gdpo', null, 'NONE', null, null),
  ('queued', 'sft', 'RELEASED', null, 'queued-sft', null, 'NONE', null, null),
  ('queued', 'gdpo', 'PENDING', null, null, null, 'NONE', null, null),
  ('stopping', 'sft', 'RELEASED', null, 'stopping-sft', null, 'NONE', null, null),
  ('stopping', 'gdpo', 'CANCELLED', 'cancelled on request', null, null, 'NONE', null, null),
  ('succeeded', 'sft', 'SUCCEEDED', null, 'succeeded-sft', 'best', 'SUCCEEDED', null, '{"jsd":0.5}'),
  ('succeeded', 'gdpo', 'SUCCEEDED', null, 'succeeded-gdpo', 'best', 'SUCCEEDED', null, '{"jsd":0.25}'),
  ('failed', 'sft', 'FAILED', 'the loss is NaN', 'failed-sft', null, 'NONE', null, null),
  ('failed', 'gdpo', 'FAILED', 'stage ''sft'', which it starts from, failed', null, null, 'NONE', null, null),
  ('unmeasured', 'sft', 'SUCCEEDED', null, 'unmeasured-sft', 'best', 'FAILED', 'exit code 137', null),
  ('unmeasured', 'gdpo', 'SUCCEEDED', null, 'unmeasured-gdpo', 'best', 'SUCCEEDED', null, '{"jsd":0.25}'),
  ('cancelled', 'sft', 'CANCELLED', 'cancelled on request', 'cancelled-sft', null, 'NONE', null, null),
  ('cancelled', 'gdpo', 'CANCELLED', 'cancelled on request', null, null, 'NONE', null, null)) as rows(experiment, name, status, reason, job, kind, evaluation, evaluation_reason, metrics);

-- True, but not yet sent when that version was stopped; and handled by it.
insert into outbox(event_id, topic, key, type, source, time, data) values ('0a0b0c0d-0000-4000-8000-000000000001', 'gdpo.experiments', 'before-succeeded', 'io.gdpo.ExperimentFinished', '/trainer-service', '2026-11-20T10:30:00Z', convert_to('{"experiment":"before-succeeded","status":"SUCCEEDED","reason":null}', 'UTF8'));
insert into inbox(source, event_id) values ('test', 'handled-before');
