-- The merchant "Demo": its parcels are being made, are complete, or are being removed; null for all
-- other merchants. Afterwards nothing of it is left, so the row goes, too.
alter table merchants add column demo_state text
  check (demo_state in ('making', 'made', 'removing'));
grant delete on merchants to waybill_pipeline;
