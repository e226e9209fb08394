-- Since when this hub has tracked the number's newest instance: later than created_at for parcels that
-- were moved here from another service. Null in rows older than this column.
alter table poll_targets add column tracked_since timestamptz;

-- down
alter table poll_targets drop column tracked_since;
