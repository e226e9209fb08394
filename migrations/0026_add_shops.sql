-- Of inbound messages: who sent it. `carrier` is the platform of a shop's, and `account_id` the shop.
alter table inbound_messages add column kind text not null default 'carrier';

create table shops (
  id uuid primary key,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  platform text not null,
  url text not null,
  -- `authorize`: a person must still allow the connection in the shop.
  state text not null check (state in ('authorize', 'connected', 'paused', 'disabled')),
  disabled_reason text,
  -- Credentials, webhook secret and one-time secret, under the master key.
  sealed bytea not null,
  credential_names text[] not null default '{}',
  settings jsonb not null,
  -- Orders placed earlier are not imported.
  imports_from timestamptz not null,
  created_at timestamptz not null,
  connected_at timestamptz,
  last_received_at timestamptz,
  last_read_at timestamptz,
  last_written_at timestamptz,
  -- When the shop's changes are compared next, which doubles as the lease, and up to when they were.
  reconcile_at timestamptz,
  reconcile_token integer not null default 0,
  reconciled_until timestamptz,
  -- The shop asked us to wait, or does not answer.
  paused_until timestamptz,
  failing_since timestamptz,
  failures integer not null default 0,
  last_failure text
);
create unique index shops_by_url on shops (merchant_id, mode, platform, url);
create index shops_to_reconcile on shops (reconcile_at) where state = 'connected';
call waybill_protect('shops');

create table shop_orders (
  shop_id uuid not null references shops on delete cascade,
  order_id text not null,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  -- `unread`: an event named it. `ignored`: it is older than what the merchant imports.
  state text not null check (state in ('unread', 'open', 'cancelled', 'deleted', 'ignored')),
  -- Its number, items and language, sealed with a key of its own.
  content bytea,
  data_key bytea,
  -- Of what was last read; the same again changes nothing.
  digest bytea,
  ordered_at timestamptz,
  changed_at timestamptz not null,
  -- When the shop sent what was last stored, if it signs that.
  sent_at timestamptz,
  -- It has no tracking number yet.
  waits boolean not null default false,
  -- When it is read from the shop next, which doubles as the lease; null: not until an event names it.
  read_at timestamptz,
  read_token integer not null default 0,
  read_tries smallint not null default 0,
  -- The same for the first write that waits.
  write_at timestamptz,
  write_token integer not null default 0,
  primary key (shop_id, order_id)
);
create index shop_orders_to_read on shop_orders (read_at) where read_at is not null;
create index shop_orders_to_write on shop_orders (write_at) where write_at is not null;
create index shop_orders_by_age on shop_orders (changed_at);
create index shop_orders_waiting on shop_orders (shop_id, changed_at) where waits;
call waybill_protect_readable('shop_orders');

-- Tracking numbers of orders. The number itself is with its shipment; its hash stays after an
-- erasure, so that the number is not registered again.
create table shop_parcels (
  shop_id uuid not null,
  order_id text not null,
  number_hash bytea not null,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  -- Null: it was not registered, or its shipment was deleted.
  shipment_id uuid,
  -- Why it was not registered.
  problem text,
  -- The shipment's entries up to this were in the first write.
  linked_sequence integer not null default 0,
  created_at timestamptz not null,
  -- The order names it no longer.
  removed_at timestamptz,
  primary key (shop_id, order_id, number_hash),
  foreign key (shop_id, order_id) references shop_orders on delete cascade
);
create index shop_parcels_by_shipment on shop_parcels (shipment_id) where shipment_id is not null;
call waybill_protect_readable('shop_parcels');

-- What is written back to shops, in the order of `nr` for each order.
create table shop_writes (
  nr bigint generated always as identity primary key,
  shop_id uuid not null,
  order_id text not null,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null,
  -- The log entry that caused it.
  event_id uuid not null,
  status text not null,
  estimated_delivery date,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  state text not null check (state in ('waiting', 'sent', 'not_sent')),
  reason text,
  tries smallint not null default 0,
  settled_at timestamptz,
  unique (shop_id, order_id, event_id),
  foreign key (shop_id, order_id) references shop_orders on delete cascade
);
create index shop_writes_of_order on shop_writes (shop_id, order_id, nr);
create index shop_writes_by_shipment on shop_writes (shipment_id, nr);
call waybill_protect_readable('shop_writes');

-- down
drop table shop_writes;
drop table shop_parcels;
drop table shop_orders;
drop table shops;
alter table inbound_messages drop column kind;
