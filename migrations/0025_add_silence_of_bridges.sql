-- When a bridge last brought an update, by webhook or poll, and how long it is usually silent.
alter table account_states add column bridge_update_at timestamptz;
alter table account_states add column silence jsonb;

-- Parcels that were ever registered with a bridge, as keyed hashes, so that none is paid for twice: not even one
-- that was deleted and added again, or whose account was replaced.
create table bridge_parcels (
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  bridge text not null,
  parcel_hash bytea not null,
  registered_at timestamptz not null,
  -- Null: the bridge still tracks it.
  stopped_at timestamptz,
  primary key (merchant_id, mode, bridge, parcel_hash)
);
create index bridge_parcels_by_age on bridge_parcels (registered_at);
call waybill_protect_readable('bridge_parcels');

-- down
drop table bridge_parcels;
alter table account_states drop column silence;
alter table account_states drop column bridge_update_at;
