-- The rule by which parcels are registered with a bridge. Null cap: none is. Null lists: every carrier for
-- which the merchant has no account of its own, and every country.
alter table carrier_accounts add column monthly_cap integer check (monthly_cap > 0);
alter table carrier_accounts add column rule_carriers text[];
alter table carrier_accounts add column rule_countries text[];

-- Of a target that is polled through a bridge: the parcel's carrier. `carrier` is the bridge then.
alter table poll_targets add column parcel_carrier text;

-- Parcels that a bridge's account tracks, or that its rule excludes. A row is written before the call,
-- and a parcel that has one is not registered again.
create table bridge_registrations (
  account_id uuid not null references carrier_accounts on delete cascade,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  bridge text not null,
  carrier text not null,
  tracking_number text not null,
  -- `requested`: a call was made or begun, and its outcome is not known.
  state text not null check (state in ('requested', 'registered', 'refused', 'excluded', 'stopped')),
  reason text,
  -- The service's id of the parcel.
  reference text,
  -- How often it was registered, and how often stopping it was tried.
  tries smallint not null default 0,
  stop_tries smallint not null default 0,
  -- When a call with an unknown outcome is repeated.
  try_at timestamptz,
  requested_at timestamptz not null,
  registered_at timestamptz,
  stopped_at timestamptz,
  primary key (account_id, carrier, tracking_number)
);
create index bridge_registrations_by_parcel
  on bridge_registrations (merchant_id, mode, carrier, tracking_number);
call waybill_protect_readable('bridge_registrations');

-- What an account with a bridge has used. Registrations are counted here, not in the rows above,
-- which go with their parcels.
create table bridge_quotas (
  account_id uuid primary key references carrier_accounts on delete cascade,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  -- The first day of the month (UTC) of `registrations`.
  month date not null,
  registrations integer not null default 0,
  -- The service's own numbers, and when they were asked for.
  used integer,
  remaining integer,
  quota_at timestamptz,
  -- No registration is tried before this.
  paused_until timestamptz,
  pause_reason text,
  pauses smallint not null default 0
);
call waybill_protect_readable('bridge_quotas');

-- down
drop table bridge_quotas;
drop table bridge_registrations;
alter table poll_targets drop column parcel_carrier;
alter table carrier_accounts drop column rule_countries;
alter table carrier_accounts drop column rule_carriers;
alter table carrier_accounts drop column monthly_cap;
