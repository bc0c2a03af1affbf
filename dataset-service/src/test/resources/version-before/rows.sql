-- Rows of dataset-service as the version before wrote them; the JSON is of its own classes.
insert into dataset(id, spec, state, requested_by, uri, reason, examples, requested_at, finished_at)
select 'before-' || id, spec, state, 'before-river', uri, reason, examples, requested_at, finished_at
from (values
  ('requested', 'REQUESTED', null::text, null::text, '{}', timestamptz '2026-11-20T10:01:00Z', null::timestamptz),
  ('ready', 'READY', 'file:///data/datasets/before-ready', null, '{"train":2880,"eval":360,"test":361}', timestamptz '2026-11-20T10:02:00Z', timestamptz '2026-11-20T10:05:00Z'),
  ('failed', 'FAILED', null, 'survey.csv, row 7: no shares for ''Riverside''', '{}', timestamptz '2026-11-20T10:03:00Z', timestamptz '2026-11-20T10:06:00Z')
) as rows(id, state, uri, reason, examples, requested_at, finished_at),
  (values ('{"survey":"/data/survey.csv","group":"Riverside","synthesis":{"respondents":24,"seed":0}}')) as json(spec);
