-- Rows of evaluator-service as the version before wrote them; the JSON is of its own classes.
insert into evaluation(checkpoint_id, experiment, stage, checkpoint, spec, status, failures, launches, reason, result_uri, metrics, requested_at, finished_at)
select 'before-' || id || '-best', 'before-river', 'sft', replace(checkpoint, 'before-ID', 'before-' || id), spec, status, failures, launches, reason, result_uri, metrics, requested_at, finished_at
from (values
  ('pending', 'PENDING', 0, 0, null::text, null::text, null::text, timestamptz '2026-11-20T10:01:00Z', null::timestamptz),
  ('running', 'RUNNING', 1, 2, null, null, null, timestamptz '2026-11-20T10:02:00Z', null),
  ('done', 'SUCCEEDED', 0, 1, null, 'file:///gone/evaluations/before-done-best/evaluation.json', '{"jsd":0.125}', timestamptz '2026-11-20T10:03:00Z', timestamptz '2026-11-20T10:05:00Z'),
  ('failed', 'FAILED', 3, 3, 'tried 3 times, at last: exit code 137', null, null, timestamptz '2026-11-20T10:04:00Z', timestamptz '2026-11-20T10:06:00Z')
) as rows(id, status, failures, launches, reason, result_uri, metrics, requested_at, finished_at),
  (values (
    '{"id":"before-ID-best","job_id":"before-ID","experiment":"before-river","stage":"sft","loss":"sft","kind":"best","step":10,"model_uri":"file:///gone/jobs/before-ID/best/","reference_uri":null,"dataset_uri":"file:///gone/datasets/d","progress_uri":"file:///gone/jobs/before-ID/progress.jsonl","beta":0.1,"max_length":96,"max_prompt_length":60}',
    '{"split":"test","checkpoint":"best","samples":4,"max_new_tokens":64,"temperature":1.0,"top_k":0,"top_p":1.0,"seed":0}')) as json(checkpoint, spec);
