-- When a delivery ended: the board shows the last ones. Null for those that ended before this
-- column existed.
alter table deliveries add column ended_at timestamptz;
create index deliveries_ended on deliveries (ended_at) where state = 'ended';
create index deliveries_ended_of_tenant on deliveries (merchant_id, mode, ended_at)
  where state = 'ended';
