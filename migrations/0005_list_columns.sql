-- The destination's country and the day a parcel under way is expected, for filters and orders of
-- the list. Both are empty for parcels from before until they change.
alter table shipments add column destination_country text, add column due_on date;

-- Actions on many parcels that somebody chose in the list.
create table bulk_jobs (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  action text not null check (action in ('refresh', 'tag', 'untag')),
  tag text,
  -- The job whose changes it reverses.
  undoes uuid,
  total integer not null,
  done integer not null default 0,
  changed integer not null default 0,
  requested_at timestamptz not null,
  finished_at timestamptz,
  due_at timestamptz not null,
  lease_token bigint not null default 0
);
create index bulk_jobs_due on bulk_jobs (due_at) where finished_at is null;
create index bulk_jobs_finished on bulk_jobs (finished_at) where finished_at is not null;
call waybill_protect_readable('bulk_jobs');

-- The chosen parcels of a job, and whether it changed them; null: still to be done. They are stored
-- with their shipments where a database is distributed, so they do not refer to the job.
create table bulk_job_rows (
  job_id uuid not null,
  shipment_id uuid not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null,
  changed boolean,
  primary key (job_id, shipment_id)
);
create index bulk_job_rows_left on bulk_job_rows (job_id, shipment_id) where changed is null;
call waybill_protect_readable('bulk_job_rows');

create index exception_cases_open_of_tenant on exception_cases (merchant_id, mode, opened_at desc)
  where state = 'open' and tracking_number is not null;
