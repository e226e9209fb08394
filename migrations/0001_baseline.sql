-- The schema of version 0.1.0. Never edited once it is released: later changes are new files,
-- NNNN_verb_noun.sql, each of which runs in a transaction of its own. schema.sql beside this
-- shows the result.

----------------------------------------------------------------------------------------------------
-- Roles and tenants
----------------------------------------------------------------------------------------------------

-- The app connects as one login and takes one of three roles, none of which owns a table or may
-- bypass row-level security:
--   waybill_app       serves merchants: sees the merchant and mode set in its transaction;
--   waybill_pipeline  runs inbound messages, folds and consumers: sees every tenant;
--   waybill_public    serves the public: sees the stored public answers and nothing else.
do $$
declare name text;
begin
  foreach name in array array['waybill_app', 'waybill_pipeline', 'waybill_public'] loop
    begin
      execute format('create role %I nologin nobypassrls', name);
    exception when duplicate_object or unique_violation then
      null; -- Another database of this cluster has it.
    end;
    begin
      execute format('grant %I to current_user', name);
    exception when others then
      -- Two migrations at once may both be granting; only a missing grant matters.
      if not pg_has_role(current_user, name, 'member') then raise; end if;
    end;
  end loop;
end $$;

grant usage on schema public to waybill_app, waybill_pipeline, waybill_public;

create function waybill_tenant() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('waybill.merchant_id', true), '')::uuid $$;
create function waybill_mode() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('waybill.mode', true), '') $$;

-- Every table calls one of these three or sets up forced row-level security itself. A tenant's
-- table: its rows in the current mode for the app, everything for the pipeline, nothing for others.
create procedure waybill_protect(target regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant on %s to waybill_app
       using (merchant_id = waybill_tenant() and mode = waybill_mode())
       with check (merchant_id = waybill_tenant() and mode = waybill_mode())', target);
  execute format('create policy pipeline on %s to waybill_pipeline using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to waybill_app, waybill_pipeline', target);
end $$;

-- A tenant's table that only the pipeline writes.
create procedure waybill_protect_readable(target regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant on %s for select to waybill_app
       using (merchant_id = waybill_tenant() and mode = waybill_mode())', target);
  execute format('create policy pipeline on %s to waybill_pipeline using (true) with check (true)', target);
  execute format('grant select on %s to waybill_app', target);
  execute format('grant select, insert, update, delete on %s to waybill_pipeline', target);
end $$;

-- A table of the pipeline alone.
create procedure waybill_protect_internal(target regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy pipeline on %s to waybill_pipeline using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to waybill_pipeline', target);
end $$;

create table merchants (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  -- Whether the public may list an order's parcels by its id.
  order_lookup text not null default 'open'
    check (order_lookup in ('open', 'with_postal_code', 'off')),
  created_at timestamptz not null default now()
);
alter table merchants enable row level security;
alter table merchants force row level security;
create policy pipeline on merchants to waybill_pipeline using (true) with check (true);
create policy tenant on merchants for select to waybill_app using (id = waybill_tenant());
grant select on merchants to waybill_app;
grant select, insert, update on merchants to waybill_pipeline;

create table api_keys (
  id uuid primary key,
  merchant_id uuid not null references merchants,
  mode text not null check (mode in ('test', 'live')),
  name text not null,
  -- The first characters, so that people can tell keys apart. The key itself is only hashed.
  prefix text not null,
  key_hash bytea not null unique,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  -- The key created at the first start: on loopback it also opens the operators' paths.
  bootstrap boolean not null default false,
  -- Facilities where the key may scan; null: everywhere.
  facility_codes text[]
);
create index api_keys_by_merchant on api_keys (merchant_id, mode, created_at);
call waybill_protect('api_keys');

-- A session of the operators' console. The cookie is only hashed.
create table operator_sessions (
  id uuid primary key,
  token_hash bytea not null unique,
  api_key_id uuid not null references api_keys on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index operator_sessions_by_expiry on operator_sessions (expires_at);
create index operator_sessions_by_key on operator_sessions (api_key_id, created_at);
alter table operator_sessions enable row level security;
alter table operator_sessions force row level security;
create policy pipeline on operator_sessions to waybill_pipeline using (true) with check (true);
grant select, insert, delete on operator_sessions to waybill_pipeline;

create table idempotency_keys (
  merchant_id uuid not null,
  mode text not null,
  key text not null,
  request_hash bytea not null,
  status smallint,
  response jsonb,
  created_at timestamptz not null,
  -- Subjects of the stored answer; it is deleted with the first of them.
  subject_ids uuid[],
  primary key (merchant_id, mode, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
create index idempotency_keys_by_subject on idempotency_keys using gin (subject_ids);
call waybill_protect('idempotency_keys');

-- Let a browser open a live stream once, within a minute.
create table live_tickets (
  hash bytea primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  -- The key that created it; revoking the key closes the connection.
  key_id uuid not null,
  -- Topics it may subscribe to; null: all that the key may.
  topics text[],
  -- Origin of the page that may use it.
  origin text not null,
  expires_at timestamptz not null
);
create index live_tickets_by_end on live_tickets (expires_at);
call waybill_protect('live_tickets');

----------------------------------------------------------------------------------------------------
-- Members: people who work for merchants and sign in at /console
----------------------------------------------------------------------------------------------------

create table users (
  id uuid primary key,
  -- Keyed hash of the address; the address itself is sealed, with the name.
  mail_hash bytea not null unique,
  personal bytea not null,
  -- scrypt with its parameters and salt.
  password text not null,
  created_at timestamptz not null,
  -- A folder of config/messages; null: the browser's.
  language text check (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
  verified_at timestamptz,
  verified_by text check (verified_by in ('mail', 'provider', 'operator'))
);
call waybill_protect_internal('users');

create table memberships (
  user_id uuid not null references users on delete cascade,
  merchant_id uuid not null references merchants on delete cascade,
  role text not null check (role in ('owner', 'support', 'analyst', 'developer')),
  -- The mode last used.
  mode text not null default 'test' check (mode in ('test', 'live')),
  created_at timestamptz not null,
  primary key (user_id, merchant_id)
);
create index memberships_by_merchant on memberships (merchant_id);
call waybill_protect_internal('memberships');

create table identity_providers (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  name text not null,
  issuer text not null,
  -- Null: the registration with the provider is not complete.
  client_id text,
  -- Sealed; null: a public client.
  client_secret bytea,
  -- Whether the provider's claim of a second factor is accepted.
  vouches boolean not null default false,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  unique (merchant_id, issuer)
);
call waybill_protect_internal('identity_providers');

-- What a merchant requires for signing in.
create table merchant_sign_in (
  merchant_id uuid primary key references merchants on delete cascade,
  second_factor boolean not null,
  changed_at timestamptz not null
);
call waybill_protect_internal('merchant_sign_in');

-- Links a provider's account to a member.
create table member_identities (
  provider_id uuid not null references identity_providers on delete cascade,
  -- Keyed hash of the account's name at the provider.
  subject_hash bytea not null,
  user_id uuid not null,
  merchant_id uuid not null,
  created_at timestamptz not null,
  primary key (provider_id, subject_hash),
  unique (provider_id, user_id),
  foreign key (user_id, merchant_id) references memberships on delete cascade
);
create index member_identities_by_member on member_identities (user_id, merchant_id);
call waybill_protect_internal('member_identities');

-- Used responses of identity providers: each is accepted once.
create table returned_sign_ins (
  state_hash bytea primary key,
  expires_at timestamptz not null
);
create index returned_sign_ins_by_end on returned_sign_ins (expires_at);
call waybill_protect_internal('returned_sign_ins');

-- A signed-in user, or the bootstrap key if used on the machine itself.
create table member_sessions (
  token_hash bytea primary key,
  user_id uuid references users on delete cascade,
  api_key_id uuid references api_keys on delete cascade,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- What is required before the session is usable: a code, or setting up codes. Null: nothing.
  awaits text check (awaits in ('code', 'enrolment')),
  -- Signed in by a mailed link, with no password set since: may set one without the old one.
  by_link boolean not null default false,
  -- The identity provider used: the session is limited to its merchant.
  provider_id uuid references identity_providers on delete cascade,
  -- The provider confirmed a second factor.
  vouched boolean not null default false,
  check (num_nonnulls(user_id, api_key_id) = 1)
);
create index member_sessions_by_end on member_sessions (expires_at);
create index member_sessions_by_provider on member_sessions (provider_id);
create index member_sessions_by_user on member_sessions (user_id);
call waybill_protect_internal('member_sessions');

-- A link that makes its holder a member, once.
create table member_invitations (
  id uuid primary key,
  token_hash bytea not null unique,
  merchant_id uuid not null references merchants on delete cascade,
  role text not null check (role in ('owner', 'support', 'analyst', 'developer')),
  -- The invited person, sealed; null: whoever started the hub.
  personal bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  -- Removing a member also revokes the invitations they sent.
  invited_by uuid,
  mailed_token_hash bytea unique
);
create index member_invitations_by_merchant on member_invitations (merchant_id);
call waybill_protect_internal('member_invitations');

-- Mailed links that sign a member in, once, within 15 minutes.
create table member_sign_in_links (
  token_hash bytea primary key,
  user_id uuid not null references users on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index member_sign_in_links_by_end on member_sign_in_links (expires_at);
create index member_sign_in_links_by_user on member_sign_in_links (user_id);
call waybill_protect_internal('member_sign_in_links');

create table member_factors (
  user_id uuid primary key references users on delete cascade,
  -- The app's secret, sealed.
  secret bytea not null,
  -- Null: displayed, but not yet confirmed by a code.
  confirmed_at timestamptz,
  -- Half-minute (since 1970) of the last accepted code: none is accepted twice.
  last_step bigint not null default 0,
  failures integer not null default 0,
  failures_since timestamptz,
  created_at timestamptz not null
);
call waybill_protect_internal('member_factors');

-- Stand in for a lost phone; each works once and is then deleted.
create table member_recovery_codes (
  user_id uuid not null references member_factors on delete cascade,
  code_hash bytea not null,
  primary key (user_id, code_hash)
);
call waybill_protect_internal('member_recovery_codes');

-- Audit log of members' actions. Contains no names, only ids.
create table member_actions (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null,
  actor text not null check (actor in ('user', 'key', 'api_key', 'operator')),
  actor_id uuid,
  action text not null,
  subject text,
  happened_at timestamptz not null
);
create index member_actions_by_merchant on member_actions (merchant_id, happened_at, id);
create index member_actions_by_time on member_actions (happened_at);
call waybill_protect_internal('member_actions');

create table desk_views (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  -- A member, or the bootstrap key if used on the machine itself.
  user_id uuid,
  api_key_id uuid references api_keys on delete cascade,
  name text not null,
  -- Filters, columns and order as in the page's URL, without search terms.
  query text not null,
  shared boolean not null,
  created_at timestamptz not null,
  check (num_nonnulls(user_id, api_key_id) = 1),
  foreign key (user_id, merchant_id) references memberships on delete cascade
);
create index desk_views_by_key on desk_views (api_key_id);
create index desk_views_by_member on desk_views (user_id, merchant_id);
create index desk_views_by_merchant on desk_views (merchant_id);
create unique index desk_views_by_name
  on desk_views (merchant_id, coalesce(user_id, api_key_id), name);
call waybill_protect_internal('desk_views');

create table setup_skips (
  merchant_id uuid not null references merchants on delete cascade,
  step text not null,
  primary key (merchant_id, step)
);
call waybill_protect_internal('setup_skips');

----------------------------------------------------------------------------------------------------
-- Installation: keys, activity, backups
----------------------------------------------------------------------------------------------------

-- One row.
create table installation (
  one boolean primary key default true check (one),
  -- Sealed under the master key: shows at start whether the key fits this database.
  canary bytea not null,
  -- Name of the queues; outlives the master key.
  name text not null
);
alter table installation enable row level security;
alter table installation force row level security;
create policy pipeline on installation to waybill_pipeline using (true) with check (true);
grant select, insert on installation to waybill_pipeline;
grant update (canary) on installation to waybill_pipeline;

-- One sealed key for all merchants: hashes include the merchant's id.
create table hash_keys (
  id text primary key,
  key bytea not null
);
alter table hash_keys enable row level security;
alter table hash_keys force row level security;
create policy pipeline on hash_keys to waybill_pipeline using (true) with check (true);
grant select, insert, update on hash_keys to waybill_pipeline;

-- What the hub did, a few rows for every five minutes, summed up by all processes.
create table activity (
  -- Start of the five-minute interval.
  at timestamptz not null,
  kind text not null,
  value double precision not null,
  primary key (at, kind)
);
call waybill_protect_internal('activity');

create table backup_places (
  -- An absolute folder, or s3://bucket/prefix/.
  place text primary key,
  added_at timestamptz not null,
  last_backup text,
  last_covers_until timestamptz,
  -- Since when points in time between backups cannot be restored.
  log_given_up_at timestamptz
);
alter table backup_places enable row level security;
alter table backup_places force row level security;
create policy known on backup_places for select to waybill_app using (true);
create policy pipeline on backup_places to waybill_pipeline using (true) with check (true);
grant select on backup_places to waybill_app;
grant select, insert, update, delete on backup_places to waybill_pipeline;

create table restores (
  id uuid primary key,
  backup text not null,
  -- The instant of the restored state.
  covers_until timestamptz not null,
  -- Events before this may have been announced already, by the lost hub.
  fenced_until timestamptz not null,
  restored_at timestamptz not null,
  -- Sequences of new events start above this number.
  sequence_floor integer not null
);
alter table restores enable row level security;
alter table restores force row level security;
create policy pipeline on restores to waybill_pipeline using (true) with check (true);
grant select, insert on restores to waybill_pipeline;

-- Erasures and withdrawals that are not yet in the list stored beside the backups of a place.
create table erasures_to_list (
  place text not null references backup_places on delete cascade,
  subject_id uuid not null,
  erased_at timestamptz not null,
  primary key (place, subject_id)
);
alter table erasures_to_list enable row level security;
alter table erasures_to_list force row level security;
create policy added on erasures_to_list for insert to waybill_app with check (true);
create policy pipeline on erasures_to_list to waybill_pipeline using (true) with check (true);
grant insert on erasures_to_list to waybill_app;
grant select, insert, update, delete on erasures_to_list to waybill_pipeline;

-- Access that has ended must not return with a restored backup: revoked keys, ended devices and
-- removed couriers are listed like erasures.
create function waybill_list_withdrawal() returns trigger language plpgsql
  set search_path = pg_catalog, public as $$
begin
  insert into erasures_to_list (place, subject_id, erased_at)
  select place, old.id, now() from backup_places on conflict do nothing;
  return null;
end $$;

-- Processes close the connections opened with a key when it is revoked.
create function waybill_announce_key() returns trigger language plpgsql as $$
begin
  perform pg_notify('waybill_keys', old.id::text);
  return null;
end $$;
create trigger api_keys_announced after update of revoked_at on api_keys
  for each row
  when (old.revoked_at is null and new.revoked_at is not null)
  execute function waybill_announce_key();
create trigger api_keys_announced_gone after delete on api_keys
  for each row
  execute function waybill_announce_key();

----------------------------------------------------------------------------------------------------
-- Intake: carrier accounts, inbound messages, scanners, facilities
----------------------------------------------------------------------------------------------------

create table carrier_accounts (
  id uuid primary key,
  merchant_id uuid not null references merchants,
  mode text not null check (mode in ('test', 'live')),
  carrier text not null,
  label text not null,
  -- JSON list of inbound webhook secrets, sealed under the master key; null: the account was
  -- removed.
  webhook_secrets bytea,
  created_at timestamptz not null default now(),
  disabled_at timestamptz,
  -- JSON object, sealed under the master key; null: webhooks only.
  credentials bytea,
  -- Names of the credentials, so that listing them unseals nothing.
  credential_names text[] not null default '{}',
  environment text not null,
  -- Caps of the operator or merchant, below the carrier's limits; null: the carrier's limits.
  calls_per_hour_max integer check (calls_per_hour_max > 0),
  calls_per_day_max integer check (calls_per_day_max > 0),
  verification text not null default 'unverified'
    check (verification in ('verified', 'unverified', 'refused')),
  -- One sentence about the carrier's answer; never a secret.
  verification_reason text,
  -- Since when the result holds.
  verification_at timestamptz not null default now(),
  -- Next verification; null: none is scheduled.
  verify_at timestamptz,
  verify_tries smallint not null default 0,
  -- Counts changes of the credentials: results for earlier ones do not apply to the current ones.
  credentials_nr integer not null default 1,
  -- A live shipment is never polled at a test system, nor a test one at the real system.
  constraint carrier_accounts_environment
    check (environment in ('production', 'carrier_test', 'sandbox') and (mode = 'live') = (environment = 'production'))
);
create index carrier_accounts_by_merchant on carrier_accounts (merchant_id, mode, carrier);
create index carrier_accounts_to_verify on carrier_accounts (verify_at)
  where verify_at is not null and disabled_at is null;
call waybill_protect('carrier_accounts');

create table inbound_messages (
  id uuid primary key,
  received_at timestamptz not null,
  source text not null,
  carrier text not null,
  -- All three null for the deployment-wide path.
  account_id uuid,
  merchant_id uuid,
  mode text,
  trust text not null,
  -- Headers and body under a key of this inbound message's own; destroying data_key erases both.
  content bytea not null,
  data_key bytea,
  -- Lets several workers drain the inbox without locking rows.
  partition smallint not null,
  fate text not null default 'received' check (fate in ('received', 'processed', 'dead')),
  fate_at timestamptz,
  fate_reason text,
  -- A dismissed dead letter stays dead and no longer counts as open.
  dismissed_at timestamptz,
  dismissed_by text,
  dismissed_note text
);
-- Sealed bytes do not compress.
alter table inbound_messages alter column content set storage external;
create index inbound_messages_dead on inbound_messages (id) where fate = 'dead';
create index inbound_messages_dead_of_carrier on inbound_messages (carrier, id)
  where fate = 'dead' and dismissed_at is null;
create index inbound_messages_dead_open on inbound_messages (id) where fate = 'dead' and dismissed_at is null;
create index inbound_messages_waiting on inbound_messages (partition, id) where fate = 'received';
call waybill_protect_internal('inbound_messages');

-- Authentic reports about unregistered numbers wait here for their shipment.
create table parked_reports (
  carrier text not null,
  tracking_number text not null,
  inbound_message_id uuid not null references inbound_messages on delete cascade,
  merchant_id uuid,
  mode text,
  received_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (carrier, tracking_number, inbound_message_id)
);
create index parked_reports_by_expiry on parked_reports (expires_at);
-- For the cascade.
create index parked_reports_by_inbound_message on parked_reports (inbound_message_id);
call waybill_protect_internal('parked_reports');

-- Webhooks that require a callback to activate their subscription.
create table handshakes (
  id uuid primary key,
  account_id uuid references carrier_accounts on delete cascade,
  carrier text not null,
  subscription_id text not null,
  -- The request to make, as JSON, sealed under the master key.
  call bytea not null,
  created_at timestamptz not null,
  done_at timestamptz,
  unique nulls not distinct (account_id, carrier, subscription_id)
);
create index handshakes_waiting on handshakes (created_at) where done_at is null;
call waybill_protect_internal('handshakes');

-- HMAC key for hashing the names of devices and employees. One row.
create table scanner_keys (
  id text primary key check (id = 'scanners'),
  key bytea not null
);
alter table scanner_keys enable row level security;
alter table scanner_keys force row level security;
create policy pipeline on scanner_keys to waybill_pipeline using (true) with check (true);
grant select, insert, update on scanner_keys to waybill_pipeline;

create table scanners (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  kind text not null check (kind in ('device', 'employee')),
  name_hash bytea not null,
  -- Sealed under the master key.
  name bytea not null,
  -- For devices: how far the clock was ahead at the last measurement; null: never measured.
  clock_offset_ms bigint,
  clock_measured_at timestamptz,
  -- Where it last scanned; null: not reported.
  facility_code text,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  scans bigint not null,
  rejected bigint not null,
  unique (merchant_id, mode, kind, name_hash)
);
create index scanners_by_age on scanners (last_seen_at);
call waybill_protect('scanners');

-- Files of scans dropped into a folder or bucket, with their progress.
create table drops (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  -- Where it is stored, such as s3://bucket/prefix.
  place text not null,
  -- Original name in the merchant's folder.
  name text not null,
  -- The store's version of these bytes (such as its ETag).
  version text not null,
  size_bytes bigint not null,
  state text not null
    check (state in ('waiting', 'reading', 'filing', 'done', 'quarantined', 'vanished')),
  -- SHA-256 of the bytes and of the settings they are read with; null: not read to the end yet.
  content_hash bytea,
  rules_hash bytea,
  -- An earlier drop with the same bytes, which took effect; this one has none.
  same_as uuid references drops on delete set null,
  -- Facility that the file belongs to, from its name.
  facility_code text,
  -- Format of its rows: {"separator", "header"}.
  dialect jsonb,
  ignored_columns text[],
  -- Rows processed, without the header; their inbound messages are on disk.
  rows bigint not null default 0,
  accepted bigint not null default 0,
  duplicates bigint not null default 0,
  rejected bigint not null default 0,
  -- Progress in bytes, approximately.
  read_bytes bigint not null default 0,
  -- What blocks it, or why it could not be read.
  problem text,
  unreadable boolean not null default false,
  -- Name in done/ or quarantine/.
  filed_name text,
  -- Next turn; while a process works on it, the end of its lease.
  due_at timestamptz not null,
  lease_token bigint not null default 0,
  last_seen_at timestamptz not null,
  started_at timestamptz,
  finished_at timestamptz
);
-- The same bytes, read with the same settings, take effect once.
create unique index drops_content on drops (merchant_id, mode, content_hash, rules_hash)
  where content_hash is not null and same_as is null and (not unreadable);
create index drops_due on drops (due_at) where state in ('waiting', 'reading', 'filing');
create index drops_finished on drops (finished_at) where finished_at is not null;
create index drops_of_tenant on drops (merchant_id, mode, id);
-- A file that is still there is one drop.
create unique index drops_open on drops (merchant_id, mode, place, name, version)
  where state in ('waiting', 'reading', 'filing');
call waybill_protect_readable('drops');

-- Rejected rows, one row per batch, sealed; deleted once they are in the file beside the drop.
create table drop_rejects (
  id uuid primary key,
  drop_id uuid not null references drops on delete cascade,
  first_row bigint not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  content bytea not null,
  data_key bytea not null,
  unique (drop_id, first_row)
);
call waybill_protect_readable('drop_rejects');

-- Counts changes of facilities. Writers hold an advisory lock, so this is commit order: processes
-- that cache facilities ask for changes after the last one they know.
create sequence facility_changes as bigint;
grant usage on sequence facility_changes to waybill_app, waybill_pipeline;

create table facilities (
  id uuid primary key,
  -- Null: the deployment's, for all merchants and modes.
  merchant_id uuid references merchants on delete cascade,
  mode text check (mode in ('test', 'live')),
  -- Null: any carrier.
  carrier text,
  code text not null,
  -- The code as it is matched: upper case, letters and digits, single blanks.
  code_key text not null,
  name text not null,
  type text not null default 'other'
    check (type in (
      'origin', 'hub', 'sort_center', 'delivery_station', 'pickup_point', 'other')),
  city text,
  region text,
  postal_code text,
  country text,
  lat double precision check (lat >= -90 and lat <= 90),
  lng double precision check (lng >= -180 and lng <= 180),
  -- As given; null: that of country, region and postal code, where they determine one.
  time_zone text,
  aliases text[] not null default '{}',
  source text not null default 'api' check (source in ('csv', 'api', 'learned')),
  certainty real not null default 1 check (certainty >= 0 and certainty <= 1),
  -- Number of parcels reported there, and when.
  parcels integer not null default 0,
  first_seen_at timestamptz,
  last_seen_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- The row stays for a while, so that every process learns of the deletion.
  deleted_at timestamptz,
  changed bigint not null default nextval('facility_changes'),
  check ((merchant_id is null) = (mode is null)),
  check ((lat is null) = (lng is null))
);
create index facilities_by_change on facilities (changed);
create unique index facilities_by_code on facilities (merchant_id, mode, carrier, code_key)
  nulls not distinct where deleted_at is null;
create index facilities_deleted on facilities (deleted_at) where deleted_at is not null;
-- The app sees a merchant's own; the pipeline passes it the deployment's.
call waybill_protect('facilities');

-- What parcels showed about a place that is not a facility yet.
create table facility_evidence (
  carrier text not null,
  code_key text not null,
  evidence jsonb not null,
  parcels integer not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  primary key (carrier, code_key)
);
create index facility_evidence_by_age on facility_evidence (last_seen_at);
call waybill_protect_internal('facility_evidence');

----------------------------------------------------------------------------------------------------
-- Tracking: shipments, facts, the event log, public answers
----------------------------------------------------------------------------------------------------

create table shipments (
  id uuid primary key,
  merchant_id uuid not null references merchants,
  mode text not null check (mode in ('test', 'live')),
  shard smallint not null,
  carrier text not null,
  tracking_number text not null,
  -- Tracking instance of a reused number: the carrier's piece id, once known, and the immutable
  -- instant before which nothing belongs to this shipment.
  carrier_piece_id text,
  facts_from timestamptz not null,
  facts_until timestamptz,
  order_ids text[] not null default '{}',
  service_level text,
  sender_id text,
  weight_g integer,
  dimensions jsonb,
  promised_date date,
  metadata jsonb not null default '{}',
  tags text[] not null default '{}',
  -- Recipient and addresses, sealed under data_key; destroying the key erases the person.
  personal bytea,
  data_key bytea,
  -- Result of the fold.
  status text not null default 'created',
  sub_status text,
  confirmed boolean not null default true,
  steering text,
  is_returning boolean not null default false,
  estimated_delivery jsonb,
  pieces jsonb,
  delivered_at timestamptz,
  last_event_at timestamptz,
  -- Sequence of this shipment's last entry in the event log.
  sequence integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  -- IANA zone of the destination, if country and postal code determine it.
  destination_zone text,
  -- IANA zone of the newest event.
  event_zone text,
  -- No longer polled.
  expired boolean not null default false,
  -- The shipment whose report named this number, and the number of such steps from a registered
  -- one.
  linked_from uuid,
  link_depth smallint not null default 0,
  -- The date shown instead of the carrier's; null: the carrier's.
  predicted_delivery jsonb,
  -- Proofs required at the door before the parcel counts as delivered.
  require_proof text[] not null default '{}',
  -- Keyed hashes by which people are searched for; null: still to be computed.
  people_hashes text[]
);
create index shipments_by_creation on shipments (merchant_id, mode, created_at, id);
create index shipments_by_deletion on shipments (deleted_at) where deleted_at is not null;
create index shipments_by_end
  on shipments (carrier, coalesce(delivered_at, last_event_at, created_at))
  where deleted_at is null
    and (delivered_at is not null
      or status in ('returned_to_sender', 'cancelled')
      or sub_status in ('dead_letter', 'disposed', 'lost', 'seized'));
create index shipments_by_number on shipments (carrier, tracking_number);
create index shipments_by_status on shipments (merchant_id, mode, status, updated_at, id)
  where deleted_at is null;
create index shipments_by_update on shipments (merchant_id, mode, updated_at, id);
create index shipments_unerased on shipments (id)
  where deleted_at is not null and tracking_number not like '#%';
create index shipments_without_people on shipments (id)
  where personal is not null and people_hashes is null;
call waybill_protect('shipments');

-- No foreign keys among the following tables: checking each row cost a lookup and a row lock in
-- the commit (docs/decisions/0055-no-foreign-keys-on-facts.md).

create table facts (
  shipment_id uuid not null,
  identity text not null,
  merchant_id uuid not null,
  mode text not null,
  source text not null,
  code text not null,
  codes jsonb not null,
  piece text,
  summary boolean not null,
  -- For internal facts: the steering fact they refer to.
  about text,
  -- The stored reading; only a renormalization replaces it.
  status text not null,
  reason text,
  milestone text,
  logical boolean not null,
  hidden boolean not null,
  known boolean not null,
  reviewed boolean not null,
  correction boolean not null,
  return_cancelled boolean not null,
  rule jsonb,
  -- Key of a specific text; null for nearly all.
  text_key text,
  mapping_version text not null,
  created_at timestamptz not null,
  -- Whether the carrier itself marked it as no scan; null: unknown.
  reported_logical boolean,
  -- The reading by the deployment's mapping, if the merchant's overlay reads it differently: for
  -- pages that several merchants share.
  neutral_reading jsonb,
  -- What a renormalization last replaced: {"status", "reason", "mappingVersion"}; null: nothing.
  read_before jsonb,
  primary key (shipment_id, identity)
);
create index facts_by_creation on facts using brin (created_at);
call waybill_protect('facts');

create table observations (
  shipment_id uuid not null,
  identity text not null,
  inbound_message_id uuid not null,
  -- From the report: the fold uses it to tell parcels with the same number apart.
  carrier_piece_id text,
  merchant_id uuid not null,
  mode text not null,
  source text not null,
  trust text not null,
  -- The inbound message came through an account whose secret the merchant holds.
  by_account boolean not null,
  received_at timestamptz not null,
  local text,
  time_precision text not null,
  zone_source text not null,
  offset_min smallint,
  zone text,
  place jsonb,
  -- The facility whose zone was used; null: none.
  zone_facility_id uuid,
  -- The time by the deployment's facilities, if the merchant's own say otherwise: for pages that
  -- several merchants share.
  neutral_time jsonb,
  unique nulls not distinct (shipment_id, identity, inbound_message_id, carrier_piece_id)
);
create index observations_by_inbound_message on observations (inbound_message_id);
call waybill_protect('observations');

create table snapshots (
  shipment_id uuid not null,
  inbound_message_id uuid not null,
  carrier_piece_id text,
  merchant_id uuid not null,
  mode text not null,
  received_at timestamptz not null,
  trust text not null,
  as_of timestamptz,
  return_flag boolean,
  estimated_delivery jsonb,
  service_level text,
  weight_g integer,
  pieces_total integer,
  proofs text[] not null,
  unique nulls not distinct (shipment_id, inbound_message_id, carrier_piece_id)
);
call waybill_protect('snapshots');

create table pulls (
  shipment_id uuid not null,
  inbound_message_id uuid not null,
  carrier_piece_id text,
  pulled_at timestamptz not null,
  merchant_id uuid not null,
  mode text not null,
  is_full boolean not null,
  identities text[] not null,
  reaches_back_to timestamptz,
  unique nulls not distinct (shipment_id, inbound_message_id, pulled_at, carrier_piece_id)
);
call waybill_protect('pulls');

create table pieces (
  shipment_id uuid not null,
  piece text not null,
  merchant_id uuid not null,
  mode text not null,
  status text not null,
  sub_status text,
  primary key (shipment_id, piece)
);
call waybill_protect('pieces');

create table links (
  shipment_id uuid not null references shipments on delete cascade,
  kind text not null check (kind in ('partner_leg', 'return', 'reroute', 'replacement', 'piece')),
  tracking_number text not null,
  carrier text,
  merchant_id uuid not null,
  mode text not null,
  inbound_message_id uuid not null,
  created_at timestamptz not null,
  -- When it was decided whether to track the number; null: pending.
  settled_at timestamptz,
  tracked_as uuid,
  refused text,
  primary key (shipment_id, kind, tracking_number)
);
create index links_waiting on links (created_at) where settled_at is null and kind <> 'piece';
call waybill_protect('links');

-- Commands as requested, including refused ones.
create table command_attempts (
  id uuid not null,
  shipment_id uuid not null references shipments on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  api_key_id uuid,
  from_status text not null,
  requested jsonb not null,
  accepted boolean not null,
  attempted_at timestamptz not null,
  -- The merchant's note, sealed because it may name people.
  note bytea,
  data_key bytea,
  primary key (id, shipment_id)
);
create index command_attempts_by_shipment on command_attempts (shipment_id, attempted_at);
create index command_attempts_refused on command_attempts (id) where not accepted;
call waybill_protect('command_attempts');

-- Numbers of erased shipments: for caches, open pages and the poller, since the log contains only
-- their ids, and to recognize later reports about them. Deleted after some weeks.
create table erasures (
  subject_id uuid primary key,
  merchant_id uuid not null,
  mode text not null,
  carrier text not null,
  tracking_number text not null,
  erased_at timestamptz not null
);
create index erasures_by_age on erasures (erased_at);
create index erasures_by_number on erasures (carrier, tracking_number);
call waybill_protect_internal('erasures');

create table shipment_notes (
  id uuid not null,
  shipment_id uuid not null,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  written_at timestamptz not null,
  -- Text and author: both may name people.
  note bytea not null,
  data_key bytea not null,
  primary key (shipment_id, id)
);
call waybill_protect('shipment_notes');

-- Search terms of shipments, maintained by triggers so that no writer can forget them. Public texts
-- start with ":" and match by prefix; people are found by keyed hashes ("#"), exact values by
-- digests ("="). Collation "C" and plain operators let row security use the index.
create table shipment_terms (
  shipment_id uuid not null,
  merchant_id uuid not null,
  mode text not null,
  term text collate "C" not null,
  primary key (shipment_id, term)
);
create index shipment_terms_by_term on shipment_terms (merchant_id, mode, term, shipment_id);
call waybill_protect('shipment_terms');

create function waybill_exact_term(kind text, given text) returns text
  language sql immutable parallel safe as $$
  select '=' || encode(substr(sha256(convert_to(kind || E'\n' || given, 'UTF8')), 1, 16), 'hex')
$$;

create function waybill_metadata_terms(given jsonb) returns setof text
  language sql immutable as $$
  select waybill_exact_term('metadata', key || E'\n' ||
    case jsonb_typeof(value) when 'number' then trim_scale(value::numeric)::text
      else value #>> '{}' end)
  from jsonb_each(case jsonb_typeof(given) when 'object' then given else '{}' end)
  where jsonb_typeof(value) <> 'null'
$$;

create function waybill_shipment_terms(s shipments) returns setof text language sql stable as $$
  select distinct ':' || lower(given collate "C")
  from unnest(array[s.tracking_number, s.metadata->>'reference'] || s.order_ids || s.tags) as given
  where given is not null
  union all
  select distinct '#' || hash from unnest(s.people_hashes) as hash
  union all
  select distinct waybill_exact_term('order', given) from unnest(s.order_ids) as given
  union all
  select distinct waybill_exact_term('tag', given) from unnest(s.tags) as given
  union all
  select distinct waybill_metadata_terms(s.metadata)
  union all
  select distinct waybill_exact_term('carrier', given) from unnest(array[s.carrier]) as given
$$;

create function waybill_index_shipment() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    delete from shipment_terms where shipment_id = old.id;
  end if;
  if tg_op <> 'DELETE' and new.deleted_at is null then
    insert into shipment_terms (shipment_id, merchant_id, mode, term)
    select new.id, new.merchant_id, new.mode, term from waybill_shipment_terms(new) as term;
  end if;
  return null;
end $$;
create trigger shipments_indexed_anew after update
  of tracking_number, order_ids, tags, metadata, people_hashes, deleted_at
  on shipments
  for each row
  when (old.tracking_number is distinct from new.tracking_number
    or old.order_ids is distinct from new.order_ids
    or old.tags is distinct from new.tags
    or old.metadata is distinct from new.metadata
    or old.people_hashes is distinct from new.people_hashes
    or old.deleted_at is distinct from new.deleted_at)
  execute function waybill_index_shipment();
create trigger shipments_unindexed after delete on shipments
  for each row
  execute function waybill_index_shipment();

create function waybill_index_shipments() returns trigger language plpgsql as $$
begin
  -- The same terms as waybill_shipment_terms, for many shipments at once.
  insert into shipment_terms (shipment_id, merchant_id, mode, term)
  with terms as (
    select s.id, s.merchant_id, s.mode, ':' || lower(given collate "C") as term
    from made s,
      unnest(array[s.tracking_number, s.metadata->>'reference'] || s.order_ids || s.tags) as given
    where given is not null and s.deleted_at is null
    union
    select s.id, s.merchant_id, s.mode, '#' || hash from made s, unnest(s.people_hashes) as hash
    where s.deleted_at is null
    union
    select s.id, s.merchant_id, s.mode, waybill_exact_term('order', given)
    from made s, unnest(s.order_ids) as given where s.deleted_at is null
    union
    select s.id, s.merchant_id, s.mode, waybill_exact_term('tag', given)
    from made s, unnest(s.tags) as given where s.deleted_at is null
    union
    select s.id, s.merchant_id, s.mode, given
    from made s, waybill_metadata_terms(s.metadata) as given where s.deleted_at is null
    union
    select s.id, s.merchant_id, s.mode, waybill_exact_term('carrier', s.carrier)
    from made s where s.deleted_at is null)
  -- In the order of the index.
  select id, merchant_id, mode, term from terms order by id;
  return null;
end $$;
create trigger shipments_indexed after insert on shipments
  referencing new table as made for each statement
  execute function waybill_index_shipments();

-- The log of record. `position` is drawn under the shard's lock, so within a shard positions are
-- in commit order, and reading `position > last` misses nothing.

create table event_log (
  shard smallint not null,
  position bigint generated always as identity,
  id uuid not null,
  merchant_id uuid not null,
  mode text not null,
  -- What the event is about, and the event's number among those about it.
  subject_id uuid not null,
  sequence integer not null,
  type text not null,
  occurred_at timestamptz not null,
  recorded_at timestamptz not null,
  data jsonb not null,
  previous_attributes jsonb not null,
  trace_id uuid,
  primary key (shard, position)
);
create index event_log_by_tenant on event_log (merchant_id, mode, shard, position);
create unique index event_log_once on event_log (subject_id, sequence, shard);
call waybill_protect('event_log');

create table consumer_cursors (
  consumer text not null,
  shard smallint not null,
  position bigint not null,
  updated_at timestamptz not null,
  primary key (consumer, shard)
);
call waybill_protect_internal('consumer_cursors');

-- Log entries that a consumer could not handle and skipped.
create table dead_log_entries (
  consumer text not null,
  shard smallint not null,
  position bigint not null,
  entry_id uuid not null,
  -- Type and location of the error; its message could contain names.
  error text not null,
  at timestamptz not null,
  -- An operator requested a retry.
  again boolean not null default false,
  primary key (consumer, shard, position)
);
call waybill_protect_internal('dead_log_entries');

-- What the public may read: one stored answer per number, built from carriers' facts.
create table public_tracks (
  tracking_number text not null,
  carrier text not null,
  body bytea not null,
  etag text not null,
  max_age_s smallint not null,
  updated_at timestamptz not null,
  -- The only merchant with this parcel; null: several have the number, and the page is neutral.
  merchant_id uuid,
  mode text,
  primary key (tracking_number, carrier)
) with (fillfactor = 70);
alter table public_tracks enable row level security;
alter table public_tracks force row level security;
create policy everyone on public_tracks for select to waybill_public using (true);
create policy pipeline on public_tracks to waybill_pipeline using (true) with check (true);
grant select, insert, update, delete on public_tracks to waybill_pipeline;
grant select on public_tracks to waybill_public;

-- Parcels of an order whose merchant allows listing them. As on the page of a number, a merchant's
-- live parcels hide its test ones.
create function public_order_parcels(wanted text)
  returns table (merchant_id uuid, merchant_slug text, order_lookup text, carrier text,
                 tracking_number text, personal bytea, data_key bytea)
  language sql stable security definer set search_path = pg_catalog, public as $$
  select m.id, m.slug, m.order_lookup, s.carrier, s.tracking_number, s.personal, s.data_key
  from merchants m
  cross join (values ('live'), ('test')) as k(mode)
  join shipment_terms t on t.merchant_id = m.id and t.mode = k.mode
    and t.term = public.waybill_exact_term('order', wanted)
  join shipments s on s.id = t.shipment_id
  where m.order_lookup <> 'off' and s.order_ids @> array[wanted] and s.deleted_at is null
    and (k.mode = 'live' or not exists (
      select from shipment_terms l where l.merchant_id = m.id and l.mode = 'live'
        and l.term = public.waybill_exact_term('order', wanted)))
  order by s.created_at desc
  limit 200
$$;
-- A function's new owner needs CREATE on the schema, but only at that moment.
grant create on schema public to waybill_pipeline;
alter function public_order_parcels(text) owner to waybill_pipeline;
revoke create on schema public from waybill_pipeline;
revoke all on function public_order_parcels(text) from public;
grant execute on function public_order_parcels(text) to waybill_public;

create table review_entries (
  carrier text not null,
  codes_key text not null,
  codes jsonb not null,
  seen_count bigint not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  example_inbound_message_id uuid,
  dismissed_at timestamptz,
  id uuid not null default gen_random_uuid() unique,
  -- Since when a mapping knows the code; if it is unknown again, the entry reopens.
  settled_at timestamptz,
  settled_by text,
  dismissed_by text,
  note text,
  primary key (carrier, codes_key)
);
create index review_entries_open on review_entries (((- seen_count)), id)
  where dismissed_at is null and settled_at is null;
call waybill_protect_internal('review_entries');

-- Parcels with facts that carried the code: those a rule for it would affect.
create table review_parcels (
  carrier text not null,
  codes_key text not null,
  shipment_id uuid not null references shipments on delete cascade,
  primary key (carrier, codes_key, shipment_id),
  foreign key (carrier, codes_key) references review_entries on delete cascade
);
create index review_parcels_by_shipment on review_parcels (shipment_id);
alter table review_parcels enable row level security;
alter table review_parcels force row level security;
create policy pipeline on review_parcels to waybill_pipeline using (true) with check (true);
grant select, insert, delete on review_parcels to waybill_pipeline;

-- Files of shipments. Their rows wait sealed and are deleted as they are registered.
create table shipment_imports (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  -- Only reports what would be registered.
  dry_run boolean not null,
  -- The shipment's member for each column; empty: the column is ignored.
  columns text[] not null,
  ignored_columns text[] not null,
  -- Rows without the header.
  rows integer not null,
  created integer not null default 0,
  existing integer not null default 0,
  rejected integer not null default 0,
  requested_at timestamptz not null,
  finished_at timestamptz,
  -- Next turn; while a process works on it, the end of its lease.
  due_at timestamptz not null,
  lease_token bigint not null default 0
);
create index shipment_imports_due on shipment_imports (due_at) where finished_at is null;
create index shipment_imports_finished on shipment_imports (finished_at)
  where finished_at is not null;
create index shipment_imports_of_tenant on shipment_imports (merchant_id, mode)
  where finished_at is null;
call waybill_protect_readable('shipment_imports');

create table shipment_import_parts (
  import_id uuid not null references shipment_imports on delete cascade,
  nr integer not null,
  merchant_id uuid not null,
  mode text not null,
  content bytea not null,
  data_key bytea not null,
  primary key (import_id, nr)
);
call waybill_protect_readable('shipment_import_parts');

-- Ids only: numbers of deleted shipments are not stored here.
create table shipment_import_rows (
  import_id uuid not null references shipment_imports on delete cascade,
  line integer not null,
  merchant_id uuid not null,
  mode text not null,
  shipment_id uuid not null,
  created boolean not null,
  primary key (import_id, line)
);
call waybill_protect_readable('shipment_import_rows');

-- Errors of a row, without its content.
create table shipment_import_errors (
  import_id uuid not null references shipment_imports on delete cascade,
  line integer not null,
  merchant_id uuid not null,
  mode text not null,
  reason text not null,
  primary key (import_id, line)
);
call waybill_protect_readable('shipment_import_errors');

-- Which shipments the first rows of an import became, for links in its report.
create table shipment_import_names (
  import_id uuid not null references shipment_imports on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  -- Keyed hash of carrier and number: numbers that are not registered stay unreadable.
  name bytea not null,
  primary key (import_id, name)
);
call waybill_protect_readable('shipment_import_names');

----------------------------------------------------------------------------------------------------
-- Mappings: versions, overlays, renormalization
----------------------------------------------------------------------------------------------------

-- A complete mapping, by the hash of its content; immutable.
create table mapping_versions (
  carrier text not null,
  version text not null check (version ~ '^[0-9a-f]{64}$'),
  content jsonb not null,
  rules integer not null,
  -- files: as in the files; overlay: with the deployment's overlay; merchant: with a merchant's.
  origin text not null,
  -- The version the overlay is based on; null: no overlay.
  base_version text,
  stored_at timestamptz not null,
  -- Null: not specific to a merchant.
  merchant_id uuid references merchants on delete cascade,
  primary key (carrier, version)
);
create index mapping_versions_by_age on mapping_versions (carrier, stored_at);
create index mapping_versions_by_merchant on mapping_versions (merchant_id, carrier, stored_at)
  where merchant_id is not null;
-- The content of a version never changes.
alter table mapping_versions enable row level security;
alter table mapping_versions force row level security;
create policy pipeline on mapping_versions to waybill_pipeline using (true) with check (true);
grant select, insert, delete on mapping_versions to waybill_pipeline;
grant update (origin, base_version, merchant_id) on mapping_versions to waybill_pipeline;

-- The active version for each carrier. Changes name the generation they are based on.
create table active_mappings (
  carrier text primary key,
  version text not null,
  -- The version of the files alone, on which the overlay is based.
  files_version text not null,
  -- Generation of the deployment's overlay it contains; 0: none.
  overlay_generation bigint not null,
  generation bigint not null,
  previous_version text,
  -- An operator chose this version, so it may differ from files and overlay.
  chosen boolean not null,
  -- Counts changes of all overlays for the carrier, including merchants'.
  overlays_generation bigint not null default 0,
  activated_at timestamptz not null,
  activated_by text not null,
  why text not null,
  foreign key (carrier, files_version) references mapping_versions,
  foreign key (carrier, version) references mapping_versions
);
alter table active_mappings enable row level security;
alter table active_mappings force row level security;
create policy pipeline on active_mappings to waybill_pipeline using (true) with check (true);
grant select, insert, update on active_mappings to waybill_pipeline;

create table mapping_activations (
  carrier text not null,
  generation bigint not null,
  version text not null,
  files_version text not null,
  overlay_generation bigint not null,
  activated_at timestamptz not null,
  activated_by text not null,
  why text not null,
  primary key (carrier, generation)
);
create index mapping_activations_by_files
  on mapping_activations (carrier, files_version, generation);
alter table mapping_activations enable row level security;
alter table mapping_activations force row level security;
create policy pipeline on mapping_activations to waybill_pipeline using (true) with check (true);
grant select, insert on mapping_activations to waybill_pipeline;

-- Rules of the deployment (merchant_id null) or of a merchant, as YAML; '': none.
create table mapping_overlays (
  carrier text not null,
  merchant_id uuid references merchants on delete cascade,
  text text not null,
  generation bigint not null,
  updated_at timestamptz not null,
  updated_by text not null,
  unique nulls not distinct (carrier, merchant_id)
);
create index mapping_overlays_by_generation on mapping_overlays (carrier, generation);
call waybill_protect_internal('mapping_overlays');

create table mapping_jobs (
  id uuid primary key,
  kind text not null check (kind in ('diff', 'renormalize')),
  carrier text not null,
  -- Null: whichever version each fact was read with.
  from_version text,
  to_version text not null,
  -- {"codes": [...], "merchant_id"}: only facts with any of these codes, only that merchant's;
  -- null: all.
  scope jsonb,
  notify boolean not null default false,
  state text not null check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
  -- Progress: shipments up to this id are done. Facts recorded during the scan follow, since a
  -- process may have read them with the old version: those up to late_until are done.
  after_id uuid,
  scan_began_at timestamptz,
  late_until timestamptz,
  -- Generation of the overlays at the start: merchants whose rules changed since need another job.
  overlays_generation bigint,
  facts_read bigint not null default 0,
  facts_changed bigint not null default 0,
  shipments_changed bigint not null default 0,
  shipments_failed bigint not null default 0,
  error text,
  -- If the holder dies, this passes and another process takes over.
  lease_until timestamptz,
  lease_token bigint not null default 0,
  created_at timestamptz not null,
  created_by text not null,
  started_at timestamptz,
  finished_at timestamptz
);
create index mapping_jobs_by_age on mapping_jobs (created_at);
-- One job per merchant waits or runs, so that no merchant fills the queue.
create unique index mapping_jobs_of_merchant on mapping_jobs (carrier, ((scope ->> 'merchant_id')))
  where kind = 'renormalize'
    and (scope ->> 'merchant_id') is not null
    and (scope -> 'codes') is null
    and state in ('waiting', 'running');
create index mapping_jobs_open on mapping_jobs (carrier, created_at)
  where state in ('waiting', 'running');
-- One at a time, whichever process runs it.
create unique index mapping_jobs_running on mapping_jobs (carrier, kind) where state = 'running';
call waybill_protect_internal('mapping_jobs');

-- Changes found or made by a job, by status before and after; counted in the transaction that makes
-- them, so that a kill counts nothing twice.
create table mapping_job_changes (
  job_id uuid not null references mapping_jobs on delete cascade,
  from_status text not null,
  to_status text not null,
  facts bigint not null,
  shipments bigint not null,
  -- A few examples: [{"shipment_id", "tracking_number"}].
  samples jsonb not null,
  primary key (job_id, from_status, to_status)
);
call waybill_protect_internal('mapping_job_changes');

----------------------------------------------------------------------------------------------------
-- Poller: due numbers, budgets, health. Merchants may read their own rows; only the pipeline writes
----------------------------------------------------------------------------------------------------

-- The due index: one row per tracked number of a merchant, whatever instances it has had. Built
-- from the event log alone.
create table poll_targets (
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  carrier text not null,
  tracking_number text not null,
  -- The newest tracking instance, and the sequence of the last entry about it.
  shipment_id uuid not null,
  sequence integer not null,
  -- Inputs of the policies.
  status text not null,
  sub_status text,
  confirmed boolean not null,
  service text,
  time_zone text,
  edd date,
  created_at timestamptz not null,
  last_fact_at timestamptz,
  last_update_at timestamptz,
  push text not null default 'none' check (push in ('healthy', 'silent', 'none')),
  known boolean not null default false,
  misses smallint not null default 0,
  -- Consecutive calls that failed for this number alone.
  failures smallint not null default 0,
  -- Results of the last pulls. Identities are hashed to 64 bits: only their absence matters.
  last_polled_at timestamptz,
  last_confirmed_at timestamptz,
  last_hash text,
  last_identities bigint[],
  last_inbound_message_id uuid,
  -- Unchanged pulls reported to tracking since the last change.
  confirmations smallint not null default 0,
  -- Facts as [status, epoch seconds], for learning.
  history jsonb not null default '[]',
  -- Proofs of delivery announced by the last pull: {"kinds", "piece", "as_of_ms"}.
  proof_offer jsonb,
  -- Next poll. value: what the call is worth at due_at; urgency: what waiting an hour adds;
  -- value_class: urgency in powers of two, 15 for requested refreshes.
  due_at timestamptz not null,
  value real not null,
  urgency real not null,
  value_class smallint not null,
  reason text not null,
  why text not null,
  refresh_requested_at timestamptz,
  -- due_at is never before lease_until, so a leased row is not due. Only the holder of the current
  -- token may reschedule it.
  lease_until timestamptz,
  lease_token bigint not null default 0,
  -- The next timer that needs no call: silence, and ends that nobody confirms.
  timer_at timestamptz,
  unconfirmed_since timestamptz,
  -- The entry after which a timer already fired.
  reported_sequence integer,
  not_found_reported boolean not null default false,
  ended_at timestamptz,
  end_reason text,
  primary key (merchant_id, mode, carrier, tracking_number)
) with (fillfactor = 85);
create index poll_targets_due on poll_targets (merchant_id, mode, carrier, value_class, due_at)
  where ended_at is null;
create index poll_targets_ended on poll_targets (ended_at) where ended_at is not null;
create index poll_targets_timers on poll_targets (timer_at)
  where ended_at is null and timer_at is not null;
call waybill_protect_readable('poll_targets');

-- Requests for proofs of delivery, one row per delivered number, and their results.
create table proof_requests (
  merchant_id uuid not null references merchants,
  mode text not null check (mode in ('test', 'live')),
  carrier text not null,
  tracking_number text not null,
  -- The tracking instance that was delivered.
  shipment_id uuid not null,
  -- none: the carrier had none up to the last try. given_up: it was unavailable for too long.
  state text not null default 'waiting'
    check (state in ('waiting', 'received', 'none', 'given_up')),
  why text not null,
  -- How often the carrier answered that it has none.
  tries smallint not null default 0,
  -- Consecutive failed calls.
  failures smallint not null default 0,
  wanted_at timestamptz not null,
  first_requested_at timestamptz,
  last_requested_at timestamptz,
  -- The newest requests as [epoch seconds, calls used].
  requests jsonb not null default '[]',
  -- Null: never again. During a request: the end of its lease.
  next_try_at timestamptz,
  lease_token bigint not null default 0,
  primary key (merchant_id, mode, carrier, tracking_number)
);
create index proof_requests_requested on proof_requests (merchant_id, mode, carrier, last_requested_at)
  where last_requested_at is not null;
create index proof_requests_over on proof_requests (wanted_at) where next_try_at is null;
create index proof_requests_to_try on proof_requests (merchant_id, mode, carrier, next_try_at)
  where next_try_at is not null;
call waybill_protect_readable('proof_requests');

-- Calls by minute: hourly and daily budgets are counted from it, in sliding windows.
create table call_ledger (
  account_id uuid not null references carrier_accounts on delete cascade,
  minute timestamptz not null,
  merchant_id uuid not null,
  mode text not null,
  calls integer not null,
  -- Of these, refreshes that people requested.
  refreshes integer not null,
  primary key (account_id, minute)
);
create index call_ledger_by_age on call_ledger (minute);
call waybill_protect_readable('call_ledger');

-- One row per account; its lock serializes the debits of all processes.
create table account_states (
  account_id uuid primary key references carrier_accounts on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  carrier text not null,
  health text not null default 'idle',
  health_reason text not null default 'nothing was asked yet',
  health_since timestamptz not null,
  -- Sequence of the account's latest entry in the event log.
  health_sequence integer not null default 0,
  -- State of the circuit breaker.
  breaker jsonb,
  -- Consecutive calls in which every number was refused: {"calls", "numbers", "sinceMs"}.
  refusals jsonb,
  -- No calls until then: after a 429 (Retry-After) or refused credentials.
  paused_until timestamptz,
  pause_state text,
  pause_reason text,
  pauses_in_a_row smallint not null default 0,
  last_ok_at timestamptz,
  -- Pacing: the earliest instant of the next call.
  next_slot_at timestamptz,
  -- Calls saved up under the daily plan, and for parcels at their ceiling, as of saved_at.
  saved_planned real not null default 0,
  saved_owed real not null default 0,
  saved_at timestamptz,
  wake_at timestamptz,
  -- The plan: price of a call, pauses, and the share of each hour (UTC) in a day's calls.
  planned_at timestamptz,
  price real,
  ceiling_s integer,
  stretched boolean not null default false,
  hour_shares real[],
  active_targets integer not null default 0,
  push text not null default 'none',
  push_since timestamptz,
  -- Facts found by polling, in a row: those that push had missed, and those it had delivered.
  push_missed smallint not null default 0,
  push_confirmed smallint not null default 0,
  -- Why the account has no push subscription; null if it has one or the carrier offers none.
  push_reason text
);
call waybill_protect_readable('account_states');

create table account_wakes (
  account_id uuid primary key references carrier_accounts on delete cascade,
  -- infinity: nothing is known to be due.
  due_at timestamptz not null,
  -- If the holder dies, this passes and another process takes over.
  lease_until timestamptz,
  lease_token bigint not null default 0
);
create index account_wakes_due on account_wakes (due_at);
create index account_wakes_leased on account_wakes (lease_until) where lease_until is not null;
call waybill_protect_internal('account_wakes');

create table hazard_tables (
  version text primary key,
  learned_at timestamptz not null,
  content jsonb not null,
  active boolean not null default false
);
create unique index hazard_tables_active on hazard_tables (active) where active;
call waybill_protect_internal('hazard_tables');

-- Subscriptions to carriers' webhooks: for one number, or (null) for all of an account's parcels.
create table push_subscriptions (
  id uuid primary key,
  account_id uuid not null references carrier_accounts on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  carrier text not null,
  -- Null: all of the account's parcels.
  tracking_number text,
  carrier_subscription_id text,
  state text not null check (state in ('wanted', 'pending', 'active', 'refused', 'ended')),
  reason text,
  -- SHA-256 of the account's webhook secret that the carrier was given.
  secret_ref bytea,
  requested_at timestamptz,
  try_at timestamptz,
  tries smallint not null default 0,
  expires_at timestamptz,
  last_push_at timestamptz,
  -- Consecutive facts that a pull found although push should have delivered them.
  missed smallint not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique nulls not distinct (account_id, tracking_number)
);
create index push_subscriptions_by_carrier_id
  on push_subscriptions (account_id, carrier_subscription_id);
create index push_subscriptions_to_try on push_subscriptions (account_id, try_at)
  where try_at is not null;
call waybill_protect_readable('push_subscriptions');

----------------------------------------------------------------------------------------------------
-- Couriers: devices, custody, positions
----------------------------------------------------------------------------------------------------

create table couriers (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  -- Name, phone and the merchant's own number, sealed under the master key.
  personal bytea not null,
  -- Keyed hash of the merchant's own number: findable and unique without being readable.
  external_hash bytea,
  vehicle text not null check (vehicle in ('foot', 'bike', 'scooter', 'car', 'van')),
  capacity_parcels integer,
  capacity_weight_g integer,
  time_zone text,
  home_facility text,
  on_shift boolean not null default false,
  shift_since timestamptz,
  shift_ends_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Known times off shift: positions from these times are discarded, even if a phone sends them
  -- days later.
  off_times tstzmultirange not null default '{}'::tstzmultirange,
  -- Number of the courier's entries in the event log.
  events integer not null default 0,
  unique (merchant_id, mode, external_hash)
);
create index couriers_of_tenant on couriers (merchant_id, mode, id);
create index couriers_shift_ends on couriers (shift_ends_at) where on_shift;
call waybill_protect('couriers');

create table courier_settings (
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  -- Only what the merchant has changed; see src/fleet/couriers/settings/courier-settings.ts.
  document jsonb not null,
  updated_at timestamptz not null,
  primary key (merchant_id, mode)
);
call waybill_protect('courier_settings');

create table courier_devices (
  id uuid primary key,
  courier_id uuid not null references couriers on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  key_hash bytea not null unique,
  -- The device's own name, sealed under the master key.
  name bytea not null,
  enrolled_at timestamptz not null,
  last_seen_at timestamptz,
  -- When it last sent events, and how far its clock was ahead; null: not reported.
  events_at timestamptz,
  clock_offset_ms bigint,
  ended_at timestamptz,
  ended_why text check (ended_why in ('replaced', 'revoked')),
  -- As reported by the phone: location permission, and battery in percent.
  location_state text check (location_state in ('on', 'off', 'denied')),
  location_at timestamptz,
  battery real,
  check ((ended_at is null) = (ended_why is null))
);
create unique index courier_devices_active on courier_devices (courier_id) where ended_at is null;
create index courier_devices_of_courier on courier_devices (courier_id, id);
call waybill_protect('courier_devices');

-- Used codes are deleted.
create table courier_enrolments (
  code_hash bytea primary key,
  courier_id uuid not null references couriers on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  expires_at timestamptz not null
);
create index courier_enrolments_by_end on courier_enrolments (expires_at);
create index courier_enrolments_of_courier on courier_enrolments (courier_id);
call waybill_protect('courier_enrolments');

create table courier_parcels (
  id uuid primary key,
  merchant_id uuid not null,
  mode text not null,
  courier_id uuid not null references couriers on delete cascade,
  -- Null: scanned before the shipment was registered.
  shipment_id uuid,
  tracking_number text not null,
  -- Parcels for one address share a stop.
  stop_id uuid not null,
  -- Keyed hash of the address; null: no street is known, and the parcel is a stop of its own.
  address_hash bytea,
  -- Position in the list; null: scanned without being on it.
  place integer,
  locked boolean not null default false,
  window_from timestamptz,
  window_to timestamptz,
  -- For the courier, sealed under the master key.
  notes bytea,
  assigned_at timestamptz not null,
  held_since timestamptz,
  done_at timestamptz,
  done_why text
    check (done_why in (
      'delivered', 'returned', 'handed_in', 'given', 'taken_off', 'rescheduled', 'ended')),
  reopened_at timestamptz,
  check ((done_at is null) = (done_why is null))
);
create index courier_parcels_by_end on courier_parcels (done_at) where done_at is not null;
create index courier_parcels_by_number
  on courier_parcels (merchant_id, mode, tracking_number, held_since);
create index courier_parcels_of_courier on courier_parcels (courier_id, done_at);
create index courier_parcels_of_shipment on courier_parcels (shipment_id);
-- One courier at a time.
create unique index courier_parcels_open on courier_parcels (merchant_id, mode, tracking_number)
  where done_at is null;
call waybill_protect('courier_parcels');

create table courier_notices (
  id uuid not null,
  courier_id uuid not null references couriers on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  at timestamptz not null,
  kind text not null
    check (kind in (
      'rescheduled', 'taken_off', 'given_to', 'given_by', 'returning', 'cancelled')),
  shipment_id uuid,
  tracking_number text not null,
  -- The new day, for a parcel rescheduled by its recipient.
  wanted_on date,
  -- The other courier in a handover.
  colleague_id uuid,
  primary key (id, courier_id)
);
create index courier_notices_by_age on courier_notices (at);
create index courier_notices_of_courier on courier_notices (courier_id, at);
create index courier_notices_of_shipment on courier_notices (shipment_id);
call waybill_protect('courier_notices');

-- Keyed by the device's own id, so that repetitions change nothing.
create table driver_events (
  courier_id uuid not null references couriers on delete cascade,
  id text not null,
  merchant_id uuid not null,
  mode text not null,
  device_id uuid not null,
  type text not null check (type in ('scan', 'status', 'note')),
  at timestamptz not null,
  received_at timestamptz not null,
  shipment_id uuid,
  tracking_number text,
  -- The scanned code, or the status of a command.
  code text,
  outcome text not null check (outcome in ('accepted', 'refused')),
  -- Identifies an accepted scan among the recorded ones.
  scan_identity text[],
  -- Why it was refused; names nobody.
  refusal jsonb,
  -- A note, or a payload that waits for review.
  content bytea,
  data_key bytea,
  primary key (courier_id, id)
);
create index driver_events_by_age on driver_events (received_at);
create index driver_events_by_number
  on driver_events (merchant_id, mode, tracking_number, received_at);
create index driver_events_of_shipment on driver_events (shipment_id);
create index driver_events_refused on driver_events (merchant_id, mode, received_at)
  where outcome = 'refused';
call waybill_protect('driver_events');

-- Announces changes of a courier's work on the channel `waybill_couriers`; the same id is sent once
-- per transaction. By triggers, so that no writer can forget it.
create function waybill_announce_courier() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'couriers' then
    perform pg_notify('waybill_couriers', coalesce(new.id, old.id)::text);
    return null;
  end if;
  if tg_op <> 'INSERT' then
    perform pg_notify('waybill_couriers', old.courier_id::text);
  end if;
  if tg_op <> 'DELETE' then
    perform pg_notify('waybill_couriers', new.courier_id::text);
  end if;
  return null;
end $$;
-- Not for last_seen_at, which nobody subscribes to.
create trigger courier_devices_announced after delete or update of ended_at on courier_devices
  for each row
  execute function waybill_announce_courier();
create trigger courier_notices_announced after insert or delete on courier_notices
  for each row
  execute function waybill_announce_courier();
create trigger courier_parcels_announced after insert or delete or update on courier_parcels
  for each row
  execute function waybill_announce_courier();
create trigger couriers_announced after insert or delete or update on couriers
  for each row
  execute function waybill_announce_courier();
create trigger api_keys_withdrawn after update of revoked_at on api_keys
  for each row
  when (old.revoked_at is null and new.revoked_at is not null)
  execute function waybill_list_withdrawal();
create trigger courier_devices_withdrawn after update of ended_at on courier_devices
  for each row
  when (old.ended_at is null and new.ended_at is not null)
  execute function waybill_list_withdrawal();
create trigger couriers_withdrawn after delete on couriers
  for each row
  execute function waybill_list_withdrawal();

-- The latest positions, which processes hold in memory or Redis; at most half a minute old.
create table courier_places (
  courier_id uuid primary key references couriers on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  at timestamptz not null,
  lat double precision not null,
  lng double precision not null,
  accuracy_m real,
  speed_kmh real,
  heading real,
  battery real,
  received_at timestamptz not null
) with (fillfactor = 70);
call waybill_protect('courier_places');

-- A partition per day, created by the partition job and written by COPY.
create table courier_positions (
  courier_id uuid not null,
  at timestamptz not null,
  -- Ten-millionths of a degree.
  lat integer not null,
  lng integer not null,
  accuracy_m smallint,
  speed_kmh smallint,
  heading smallint,
  battery smallint,
  -- 0 shown, 1 older than the one shown, 2 inaccurate, 3 a jump.
  verdict smallint not null
) partition by range (at);
create index courier_positions_of_courier on courier_positions (courier_id, at);
-- COPY bypasses row security, so partitions are closed to everybody but the pipeline.
alter table courier_positions enable row level security;
alter table courier_positions force row level security;
create policy pipeline on courier_positions to waybill_pipeline using (true) with check (true);
grant select, insert, delete on courier_positions to waybill_pipeline;

-- Positions as they arrive, before they are grouped into stretches.
create table courier_position_journal (
  -- One run of a process; its batches are numbered.
  writer uuid not null,
  seq integer not null,
  -- One of 64, so that reading one courier's positions touches only its bucket.
  bucket smallint not null,
  written_at timestamptz not null,
  records bytea not null,
  primary key (writer, seq)
);
-- Compressed already.
alter table courier_position_journal alter column records set storage external;
create index courier_position_journal_by_bucket on courier_position_journal (bucket);
-- Locking rows requires the update privilege.
call waybill_protect_internal('courier_position_journal');

-- Positions, one row for about a minute of a courier's: single rows would take six times the space.
-- A partition per day, like courier_positions.
create table courier_stretches (
  courier_id uuid not null,
  -- Earliest and latest position of the stretch; both on the same day (UTC).
  at timestamptz not null,
  until timestamptz not null,
  positions integer not null,
  packed bytea not null
) partition by range (at);
create index courier_stretches_of_courier on courier_stretches (courier_id, at);
alter table courier_stretches enable row level security;
alter table courier_stretches force row level security;
create policy pipeline on courier_stretches to waybill_pipeline using (true) with check (true);
grant select, insert, delete on courier_stretches to waybill_pipeline;

-- Simplified trails of past days.
create table courier_trails (
  courier_id uuid not null references couriers on delete cascade,
  -- In UTC.
  day date not null,
  -- line: the trail itself; inaccurate and jump: positions that were never shown.
  kind text not null check (kind in ('line', 'inaccurate', 'jump')),
  -- Positions that came late form a part of their own.
  part integer not null,
  merchant_id uuid not null,
  mode text not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  reported integer not null,
  points integer not null,
  trail bytea not null,
  primary key (courier_id, day, kind, part)
);
create index courier_trails_by_age on courier_trails (day);
call waybill_protect('courier_trails');

-- Whether a courier is at the building where the day begins.
create table courier_depots (
  courier_id uuid primary key references couriers on delete cascade,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  is_there boolean not null,
  changed_at timestamptz not null
);
call waybill_protect('courier_depots');

-- Couriers on the road without a sign of life.
create table courier_silences (
  id uuid not null,
  courier_id uuid not null references couriers on delete cascade,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  -- Time of the last sign of life; noticed_at is when the silence was noticed.
  since timestamptz not null,
  found_at timestamptz not null,
  -- Null: ongoing.
  ended_at timestamptz,
  -- The parcel whose case is affected; null: no parcel on the route is registered.
  shipment_id uuid,
  -- Whether the parcel's cases already reflect this row.
  is_announced boolean not null default false,
  primary key (id, courier_id)
);
create index courier_silences_by_age on courier_silences (found_at);
create index courier_silences_of_shipment on courier_silences (shipment_id);
create unique index courier_silences_open on courier_silences (courier_id) where ended_at is null;
create index courier_silences_unannounced on courier_silences (id) where not is_announced;
call waybill_protect('courier_silences');

create table courier_arrivals (
  shipment_id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  courier_id uuid not null,
  made_at timestamptz not null,
  -- Quantiles of the arrival time.
  p10 timestamptz not null,
  p50 timestamptz not null,
  p90 timestamptz not null,
  stops_before integer not null,
  -- The forecast made with less than an hour to go, in minutes: compared with the outcome, it
  -- calibrates the windows.
  judged_at timestamptz,
  judged_p10_min real,
  judged_p50_min real,
  judged_p90_min real,
  -- When "arriving" was announced; a later attempt announces it again.
  arriving_at timestamptz
);
create index courier_arrivals_by_age on courier_arrivals (made_at);
call waybill_protect('courier_arrivals');

-- Coordinates of own couriers' parcels, looked up in the background.
create table shipment_places (
  shipment_id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  -- Identifies an address, so that it is geocoded once; null: pending.
  address_hash bytea,
  -- Coordinates, sealed under the master key; null: unknown or pending.
  place bytea,
  precision text check (precision in ('rooftop', 'street', 'postal_code', 'city')),
  source text check (source in ('merchant', 'geocoder', 'postal_codes', 'none')),
  -- The geocoder does not know the address.
  is_unknown boolean not null default false,
  checked_at timestamptz,
  -- When it is geocoded (again); null: settled.
  due_at timestamptz,
  tries integer not null default 0,
  check ((place is null) = (precision is null))
);
create index shipment_places_due on shipment_places (due_at) where due_at is not null;
create index shipment_places_of_address on shipment_places (merchant_id, mode, address_hash)
  where place is not null;
call waybill_protect('shipment_places');

-- Ends a courier's visibility in the same transaction as the shift; a removed courier's positions
-- are deleted. Runs as the pipeline, because partitions are closed to the app.
create function waybill_shift_changed() returns trigger language plpgsql
  security definer set search_path = pg_catalog, public as $$
begin
  if tg_op = 'DELETE' then
    delete from courier_positions where courier_id = old.id;
    delete from courier_stretches where courier_id = old.id;
    perform pg_notify('courier_shifts', concat_ws(' ', old.id, 'gone', old.merchant_id, old.mode));
  elsif new.on_shift then
    perform pg_notify('courier_shifts', concat_ws(' ', new.id, 'on', new.merchant_id, new.mode));
  else
    delete from courier_places where courier_id = new.id;
    perform pg_notify('courier_shifts', concat_ws(' ', new.id, 'off', new.merchant_id, new.mode));
  end if;
  return null;
end $$;
grant create on schema public to waybill_pipeline;
alter function waybill_shift_changed() owner to waybill_pipeline;
revoke create on schema public from waybill_pipeline;
create trigger couriers_gone after delete on couriers
  for each row
  execute function waybill_shift_changed();
create trigger couriers_shift_changed after update of on_shift, shift_ends_at on couriers
  for each row
  when (old.on_shift is distinct from new.on_shift
    or old.shift_ends_at is distinct from new.shift_ends_at)
  execute function waybill_shift_changed();

----------------------------------------------------------------------------------------------------
-- Deliveries by own couriers: offers, proofs
----------------------------------------------------------------------------------------------------

create table dispatch_settings (
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  assign text not null check (assign in ('offers', 'auto')),
  primary key (merchant_id, mode)
);
call waybill_protect('dispatch_settings');

-- Areas without offers: deliveries from there wait.
create table paused_areas (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  -- Geohashes; otherwise a circle, around a facility if one is given.
  cells text[] not null,
  lat double precision,
  lng double precision,
  radius_m integer,
  facility_code text,
  reason text,
  created_at timestamptz not null,
  created_by text not null,
  -- Null: until it is ended.
  until timestamptz,
  ended_at timestamptz,
  ended_by text,
  check ((lat is null) = (cardinality(cells) > 0)),
  check ((lat is null) = (lng is null) and (lat is null) = (radius_m is null)),
  check ((ended_at is null) = (ended_by is null))
);
create index paused_areas_active on paused_areas (merchant_id, mode) where ended_at is null;
create index paused_areas_listed on paused_areas (merchant_id, mode, id);
call waybill_protect('paused_areas');

-- Deliveries by own couriers: what a shipment needs in addition. Custody is in courier_parcels, the
-- status in shipments.
create table deliveries (
  shipment_id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  -- Coordinates of origin and destination, and notes; sealed under the master key.
  details bytea not null,
  package_size text not null check (package_size in ('small', 'medium', 'large')),
  weight_g integer,
  -- open: looks for a courier; assigned: has one; ended: needs none any more.
  state text not null check (state in ('open', 'assigned', 'ended')),
  courier_id uuid,
  assigned_at timestamptz,
  assigned_how text check (assigned_how in ('accepted', 'auto', 'dispatcher', 'scanned')),
  created_at timestamptz not null,
  ready_at timestamptz not null,
  pickup_from timestamptz,
  pickup_to timestamptz,
  delivery_from timestamptz,
  delivery_to timestamptz,
  -- Expected times of pickup and delivery.
  pickup_at timestamptz,
  arrival_at timestamptz,
  -- Start of the current search for a courier.
  opened_at timestamptz not null,
  rounds integer not null default 0,
  -- When the matcher processes it next.
  match_at timestamptz not null,
  -- Since when every courier nearby has an offer.
  queued_at timestamptz,
  -- The pause in which it waits, as last noticed by the matcher.
  pause_id uuid,
  -- Why somebody must act on a parcel in a courier's hands; null: all is well, or nobody has picked
  -- it up.
  custody text
    check (custody in (
      'courier_silent', 'courier_off_shift', 'device_revoked', 'nobody_has_it')),
  custody_since timestamptz,
  -- False: the parcel's cases do not reflect custody yet.
  custody_announced boolean not null default true,
  check ((state = 'assigned') <= (courier_id is not null and assigned_at is not null)),
  check ((state = 'open') <= (courier_id is null))
);
create index deliveries_custody_unannounced on deliveries (shipment_id) where not custody_announced;
create index deliveries_due on deliveries (match_at) where state = 'open';
create index deliveries_listed on deliveries (merchant_id, mode, shipment_id);
create index deliveries_not_ended on deliveries (shipment_id) where state <> 'ended';
create index deliveries_of_courier on deliveries (courier_id, shipment_id)
  where courier_id is not null;
create index deliveries_open on deliveries (merchant_id, mode, opened_at) where state = 'open';
create index deliveries_paused on deliveries (pause_id) where pause_id is not null;
call waybill_protect('deliveries');

create table delivery_offers (
  shipment_id uuid not null references deliveries on delete cascade,
  courier_id uuid not null references couriers on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  state text not null check (state in ('open', 'accepted', 'declined', 'withdrawn')),
  round integer not null,
  offered_at timestamptz not null,
  -- Until then, only couriers of this and earlier rounds have offers.
  alone_until timestamptz not null,
  answered_at timestamptz,
  -- What the decision was based on; nothing personal.
  terms jsonb not null,
  primary key (shipment_id, courier_id)
);
create index delivery_offers_answered on delivery_offers (courier_id, answered_at)
  where answered_at is not null;
create index delivery_offers_by_time on delivery_offers (merchant_id, mode, offered_at)
  where state = 'open';
create index delivery_offers_open on delivery_offers (courier_id) where state = 'open';
call waybill_protect('delivery_offers');

-- Steps of the search for a courier, to explain it.
create table delivery_steps (
  id bigint generated always as identity,
  shipment_id uuid not null references deliveries on delete cascade,
  merchant_id uuid not null,
  mode text not null,
  at timestamptz not null,
  what text not null,
  courier_id uuid,
  detail jsonb not null,
  primary key (id, shipment_id)
);
create index delivery_steps_of on delivery_steps (shipment_id, id);
call waybill_protect('delivery_steps');
grant usage on sequence delivery_steps_id_seq to waybill_app, waybill_pipeline;

-- Offers change more often than routes: they have the channel `waybill_offers` of their own.
create function waybill_announce_offers() returns trigger language plpgsql as $$
begin
  perform pg_notify('waybill_offers', id) from (
    select distinct courier_id::text as id from changed) as couriers;
  return null;
end $$;
create trigger delivery_offers_changed after update on delivery_offers
  referencing new table as changed for each statement
  execute function waybill_announce_offers();
create trigger delivery_offers_gone after delete on delivery_offers
  referencing old table as changed for each statement
  execute function waybill_announce_offers();
create trigger delivery_offers_made after insert on delivery_offers
  referencing new table as changed for each statement
  execute function waybill_announce_offers();

-- Web push subscriptions of couriers' phones, for offers while the app is closed.
create table device_pushes (
  device_id uuid primary key references courier_devices on delete cascade,
  courier_id uuid not null,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  -- The browser's push endpoint and keys, sealed under the master key.
  subscription bytea not null,
  changed_at timestamptz not null
);
create index device_pushes_of_courier on device_pushes (courier_id);
call waybill_protect('device_pushes');

-- Offers to push to phones: each is deleted before it is sent, so that it is never sent twice.
create table offer_pushes (
  device_id uuid not null references device_pushes on delete cascade,
  shipment_id uuid not null,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  offered_at timestamptz not null,
  primary key (device_id, shipment_id)
);
create index offer_pushes_in_order on offer_pushes (offered_at);
call waybill_protect('offer_pushes');

create function waybill_push_offers() returns trigger language plpgsql as $$
begin
  insert into offer_pushes (device_id, shipment_id, merchant_id, mode, offered_at)
  select p.device_id, o.shipment_id, o.merchant_id, o.mode, o.offered_at
  from changed o join device_pushes p on p.courier_id = o.courier_id
  where o.state = 'open'
  -- Skip a subscription that is being deleted, rather than fail the offer.
  for key share of p skip locked
  on conflict do nothing;
  return null;
end $$;
create trigger delivery_offers_pushed after insert on delivery_offers
  referencing new table as changed for each statement
  execute function waybill_push_offers();

-- A phone that is signed out, revoked or replaced gets no more offers.
create function waybill_end_device_push() returns trigger language plpgsql as $$
begin
  delete from device_pushes where device_id = new.id;
  return null;
end $$;
create trigger courier_devices_push_ended after update of ended_at on courier_devices
  for each row
  when (new.ended_at is not null)
  execute function waybill_end_device_push();

-- What was presented for a delivery, as one request. Its photos are rows of proofs.
create table delivery_proofs (
  id uuid not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null,
  -- Chosen by the sender: a repeated request changes nothing.
  client_id text not null,
  given_by text not null check (given_by in ('merchant', 'courier')),
  -- The API key or the courier.
  giver_id text,
  -- Requirements it meets.
  kinds text[] not null check (kinds <@ array['photo', 'signature', 'name', 'pin']),
  pin_outcome text check (pin_outcome in ('matched', 'wrong', 'locked', 'not_required')),
  -- Sealed: who received it, where, and the signature's strokes. Null: erased.
  content bytea,
  data_key bytea,
  captured_at timestamptz not null,
  received_at timestamptz not null,
  primary key (id, shipment_id),
  unique (shipment_id, client_id)
);
create index delivery_proofs_by_age on delivery_proofs (received_at) where data_key is not null;
call waybill_protect('delivery_proofs');

-- Signatures, photos, documents. The bytes are in the blob store, sealed under data_key; destroying
-- the key erases them.
create table proofs (
  id uuid not null,
  merchant_id uuid not null references merchants,
  mode text not null check (mode in ('test', 'live')),
  carrier text not null,
  tracking_number text not null,
  -- The carrier's proofs have an account; our own have a shipment.
  account_id uuid,
  kind text not null,
  media_type text not null,
  size_bytes integer not null,
  -- SHA-256 of the document, so that it is stored once.
  digest bytea not null,
  blob_key text not null,
  data_key bytea,
  fetched_at timestamptz not null,
  shipment_id uuid,
  delivery_proof_id uuid,
  primary key (id, tracking_number),
  unique (merchant_id, mode, carrier, tracking_number, digest),
  constraint proofs_origin_check
    check ((account_id is null) = (shipment_id is not null)
      and (shipment_id is null) = (delivery_proof_id is null))
);
create index proofs_by_age on proofs (fetched_at) where data_key is not null;
create index proofs_erased on proofs (fetched_at) where data_key is null;
create index proofs_of_delivery on proofs (delivery_proof_id) where delivery_proof_id is not null;
call waybill_protect('proofs');

-- Wrong PINs of a parcel, to limit guessing.
create table pin_failures (
  shipment_id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  failures smallint not null
);
call waybill_protect('pin_failures');

----------------------------------------------------------------------------------------------------
-- Predictions
----------------------------------------------------------------------------------------------------

-- The latest prediction for each parcel under way, with its explanation.
create table edd_predictions (
  shipment_id uuid primary key references shipments on delete cascade,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  made_at timestamptz not null,
  -- When it is recomputed without new events; null: never, the parcel has ended.
  due_at timestamptz,
  source text not null check (source in ('model', 'carrier', 'rule', 'none')),
  date date,
  -- Days, or wall-clock times at the destination.
  window_from text,
  window_to text,
  confidence real not null,
  late boolean not null,
  reasons jsonb not null,
  -- Null: no model was used.
  model_version integer,
  -- Hash of all its inputs except the time.
  features_hash text not null,
  -- Probability that the promised day is missed; null: no promise, or unknown.
  miss_probability real,
  -- Promises for which a warning was sent (prediction/warning).
  warning jsonb not null,
  -- Why the day changed, and the previous one; null: it never changed.
  moved jsonb,
  announced jsonb
) with (fillfactor = 70);
create index edd_predictions_due on edd_predictions (due_at) where due_at is not null;
call waybill_protect('edd_predictions');

-- Each date that was shown, and the outcome: a row is created when it is first shown.
create table edd_promises (
  id uuid not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null,
  -- ours: as we showed it. carrier: as the carrier said. promise: the merchant's to the customer.
  whose text not null check (whose in ('ours', 'carrier', 'promise')),
  -- Source of the date, for `ours`.
  source text not null check (source in ('model', 'carrier', 'rule', 'promise')),
  shown_at timestamptz not null,
  -- The parcel's status at that time.
  stage text not null,
  carrier text not null,
  service_level text not null,
  -- Countries and beginnings of postal codes: 'US-10 → US-94'.
  lane text not null,
  date date not null,
  window_from date,
  window_to date,
  confidence real,
  -- For `ours`: probability that the promised day is missed, and whether a warning was sent.
  miss_probability real,
  warned boolean not null default false,
  model_version integer,
  -- Day of delivery by the destination's clock; null: not delivered.
  delivered_on date,
  -- Positive: delivered later than the date.
  error_days integer generated always as (delivered_on - date) stored,
  -- Whether this date was current when the carrier received the parcel: one per `whose`.
  at_hand_over boolean not null default false,
  shown_on date,
  -- Null: not yet included in the totals.
  counted_on date,
  counted_ours_days integer,
  counted_carrier_days integer,
  primary key (id, shipment_id)
);
create index edd_promises_by_age on edd_promises (shown_at);
create index edd_promises_by_carrier on edd_promises (merchant_id, mode, carrier, delivered_on)
  where delivered_on is not null;
create index edd_promises_by_shipment on edd_promises (shipment_id, shown_at);
create index edd_promises_by_delivery on edd_promises (merchant_id, mode, delivered_on)
  where delivered_on is not null;
create index edd_promises_uncounted on edd_promises (id)
  where whose = 'ours' and at_hand_over and delivered_on is distinct from counted_on;
call waybill_protect('edd_promises');

create table edd_compared_weeks (
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  -- Monday of the week of delivery, by the destination's calendar.
  week date not null,
  carrier text not null,
  parcels integer not null,
  -- Sum of the errors in days.
  ours_days bigint not null,
  carrier_days bigint not null,
  primary key (merchant_id, mode, week, carrier)
);
create index edd_compared_weeks_by_week on edd_compared_weeks (week);
call waybill_protect_readable('edd_compared_weeks');

-- Training data: live parcels as prediction knows them. Local wall-clock times, stored as if UTC.
create table edd_journeys (
  shipment_id uuid primary key references shipments on delete cascade,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  carrier text not null,
  service_level text not null,
  sender_id text not null,
  origin jsonb not null,
  destination jsonb not null,
  weight_g integer,
  label_at timestamptz,
  label_wall timestamptz,
  handed_over_at timestamptz not null,
  handed_over_wall timestamptz not null,
  delivered_at timestamptz,
  delivered_wall timestamptz,
  promised_date date,
  -- Minute of the day at which it was delivered, by the destination's clock.
  delivered_minutes smallint,
  -- The newest forty scans after the handover, oldest first: [status, instant and wall clock in
  -- epoch ms, country, building or city, the carrier's date at that time as days since 1970].
  stops jsonb not null default '[]',
  weather double precision
);
create index edd_journeys_by_hand_over on edd_journeys (handed_over_at);
call waybill_protect('edd_journeys');

-- Models of the whole deployment; one is active. A state contains no parcel, only statistics of
-- trade lanes.
create table edd_models (
  version integer generated always as identity primary key,
  made_at timestamptz not null,
  -- active; retired: was active; refused: lost against the active one.
  fate text not null check (fate in ('active', 'retired', 'refused')),
  -- Why it won, lost or was withdrawn, in words.
  why text not null,
  card jsonb not null,
  -- Scores of the challenger and of the active model on the same weeks; null for the first.
  duel jsonb,
  -- gzip of JSON; null: deleted because of its age.
  state bytea,
  -- SHA-256 of the state.
  digest bytea,
  -- Until when its statistics and calibration include events.
  state_at timestamptz not null,
  decided_at timestamptz not null
);
create unique index edd_models_active on edd_models (fate) where fate = 'active';
call waybill_protect_internal('edd_models');

----------------------------------------------------------------------------------------------------
-- Merchants' webhooks
----------------------------------------------------------------------------------------------------

-- Counts changes of a tenant's endpoints, so that caches are checked with one row. Its lock
-- serializes a tenant's changes.
create table webhook_tenants (
  merchant_id uuid not null,
  mode text not null,
  generation bigint not null,
  primary key (merchant_id, mode)
);
call waybill_protect('webhook_tenants');

create table webhook_endpoints (
  id uuid primary key,
  merchant_id uuid not null references merchants,
  mode text not null check (mode in ('test', 'live')),
  -- {"url", "secrets": [{"secret", "untilMs"}]}, sealed: URLs can contain tokens.
  sealed bytea not null,
  description text not null default '',
  -- Event types, "*", or a family such as "shipment.*".
  events text[] not null,
  -- {"carriers", "tags", "statuses"}: an absent member matches everything.
  filters jsonb not null default '{}',
  state text not null default 'active' check (state in ('active', 'disabled')),
  disabled_reason text,
  disabled_at timestamptz,
  removed_at timestamptz,
  -- The endpoint asked us to wait (Retry-After).
  paused_until timestamptz,
  -- Waiting deliveries created before this are cancelled when their turn comes.
  skip_before timestamptz,
  -- The first failure since the last success, and the number of failures since.
  failing_since timestamptz,
  failures integer not null default 0,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_failure text,
  -- Counts changes that senders must know.
  version bigint not null default 1,
  -- Sequence of the endpoint's own entries in the event log.
  sequence integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index webhook_endpoints_of_tenant on webhook_endpoints (merchant_id, mode, id)
  where removed_at is null;
create index webhook_endpoints_removed on webhook_endpoints (removed_at)
  where removed_at is not null;
call waybill_protect('webhook_endpoints');

-- Written four times each and thousands of times a second: no foreign key to the endpoint; rows of
-- removed endpoints are deleted later, in batches.
create table webhook_deliveries (
  -- Derived from event and endpoint: retries create it only once.
  id uuid not null,
  endpoint_id uuid not null,
  merchant_id uuid not null,
  mode text not null,
  subject_id uuid not null,
  event_id uuid not null,
  type text not null,
  sequence integer not null,
  previous_sequence integer,
  -- The bytes that are signed and sent, identical in every attempt.
  body bytea not null,
  state text not null default 'waiting'
    check (state in ('waiting', 'delivered', 'dead', 'cancelled')),
  -- All attempts; and those since it was created or last replayed.
  attempts integer not null default 0,
  tries smallint not null default 0,
  next_attempt_at timestamptz,
  last_status smallint,
  last_reason text,
  -- When the event was recorded, when this was created or last replayed, and when it was settled.
  recorded_at timestamptz not null,
  queued_at timestamptz not null,
  settled_at timestamptz,
  is_cancelled boolean not null default false,
  first_at timestamptz,
  first_duration_ms integer,
  first_status smallint,
  first_response text,
  -- The payload was erased with its shipment: it is not sent again.
  is_erased boolean not null default false,
  primary key (endpoint_id, id)
) with (fillfactor = 50);
create index webhook_deliveries_failed on webhook_deliveries (endpoint_id, id)
  where last_reason is not null;
create index webhook_deliveries_in_order on webhook_deliveries (endpoint_id, subject_id, sequence);
create index webhook_deliveries_of_type on webhook_deliveries (endpoint_id, type, id);
create index webhook_deliveries_unsent on webhook_deliveries (endpoint_id, id) where is_cancelled;
call waybill_protect('webhook_deliveries');

-- A first attempt that succeeds is recorded in its delivery's row only.
create table webhook_attempts (
  delivery_id uuid not null,
  nr integer not null,
  merchant_id uuid not null,
  mode text not null,
  at timestamptz not null,
  duration_ms integer not null,
  -- Status of the response; null: none.
  status smallint,
  -- Why it did not count as delivered; null: it did.
  reason text,
  -- Beginning of the response body.
  response text,
  primary key (delivery_id, nr)
);
call waybill_protect('webhook_attempts');

-- The queue of one endpoint and subject, sent in order: what is due and leased.
create table webhook_queues (
  endpoint_id uuid not null,
  subject_id uuid not null,
  merchant_id uuid not null,
  mode text not null,
  -- Sequence of the last event for this endpoint and subject.
  last_sequence integer not null,
  -- Null: nothing waits. While a process holds the queue: the end of its lease.
  due_at timestamptz,
  -- Identifies the holder: a late one finds another's token.
  lease_token bigint not null default 0,
  -- A replay made an older delivery wait again, so the last settled one says nothing about what
  -- waits.
  is_mixed boolean not null default false,
  touched_at timestamptz not null,
  settled_sequence integer,
  primary key (endpoint_id, subject_id)
) with (fillfactor = 80);
create index webhook_queues_by_age on webhook_queues using brin (touched_at);
create index webhook_queues_due on webhook_queues (endpoint_id, due_at) where due_at is not null;
call waybill_protect('webhook_queues');

----------------------------------------------------------------------------------------------------
-- Notifications
----------------------------------------------------------------------------------------------------

-- HMAC key for hashing addresses; outlives the master key, because opt-outs must survive a
-- rotation. One row.
create table notification_keys (
  id text primary key check (id = 'addresses'),
  key bytea not null
);
alter table notification_keys enable row level security;
alter table notification_keys force row level security;
create policy pipeline on notification_keys to waybill_pipeline using (true) with check (true);
grant select, insert, update on notification_keys to waybill_pipeline;

create table notification_channels (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  kind text not null check (kind in ('email', 'sms', 'push', 'webhook', 'ticket')),
  provider text not null,
  label text not null,
  -- JSON, sealed under the master key; null: removed.
  config bytea,
  -- Counts changes, so that every process reopens the channel.
  generation integer not null default 1,
  enabled boolean not null default true,
  verification text not null default 'unverified'
    check (verification in ('verified', 'unverified')),
  verification_reason text,
  verified_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- The row stays: delivery statuses of sent notifications still arrive.
  removed_at timestamptz
);
create index notification_channels_of on notification_channels (merchant_id, mode, kind)
  where removed_at is null;
call waybill_protect('notification_channels');

-- A merchant's own rules, replacing the installation's; no row: those of the file.
create table notification_rules (
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  document jsonb not null,
  -- Counts changes; the ETag.
  generation integer not null,
  updated_at timestamptz not null,
  primary key (merchant_id, mode)
);
call waybill_protect('notification_rules');

-- A merchant's own text for one template in one language.
create table notification_templates (
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  template text not null,
  language text not null,
  document jsonb not null,
  generation integer not null,
  updated_at timestamptz not null,
  primary key (merchant_id, mode, template, language)
);
call waybill_protect('notification_templates');

create table subscriptions (
  id uuid not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null references shipments on delete cascade,
  channel text not null check (channel in ('email', 'sms', 'push')),
  -- Sealed under the master key; null: ended and erased.
  address bytea,
  address_hash bytea not null,
  -- Empty: all that the merchant's rules send to subscribers.
  milestones text[] not null default '{}',
  locale text,
  state text not null default 'pending' check (state in ('pending', 'active', 'ended')),
  -- False if several merchants have the number: messages must not reveal which one this is.
  branded boolean not null default true,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  ended_at timestamptz,
  -- How often a code was tried; null: confirmed by a link.
  code_tries smallint,
  primary key (id, shipment_id),
  unique (shipment_id, channel, address_hash)
);
create index subscriptions_pending on subscriptions (created_at) where state = 'pending';
call waybill_protect('subscriptions');

-- One row per decision. Contains neither address nor text: both are determined when it is sent.
create table notifications (
  id uuid primary key,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null,
  -- The log entry it announces; all three null for a subscription's confirmation.
  event_id uuid,
  shard smallint,
  position bigint,
  occurred_at timestamptz not null,
  rule text,
  milestone text not null,
  template text not null,
  channel text not null check (channel in ('email', 'sms', 'push', 'webhook', 'ticket')),
  audience text not null check (audience in ('recipient', 'subscribers', 'merchant')),
  subscription_id uuid,
  -- The addressee; for the merchant, or where there is no address, a digest instead.
  address_hash bytea not null,
  -- For the merchant, if the rule says so: an email address or URL.
  merchant_to text,
  locale text,
  -- What may be announced only once, such as the milestone; key of the window.
  subject text not null,
  state text not null
    check (state in (
      'queued', 'postponed', 'sending', 'sent', 'delivered', 'bounced', 'complained',
      'failed', 'dead', 'unknown', 'not_sent')),
  reason text,
  created_at timestamptz not null,
  -- When it is due; later than created_at if it was postponed or is retried.
  send_at timestamptz,
  -- It is not sent after this.
  stale_at timestamptz,
  attempts smallint not null default 0,
  provider text,
  provider_id text,
  -- Token of the process that sends it, and the end of its lease.
  lease uuid,
  lease_until timestamptz,
  sent_at timestamptz,
  ended_at timestamptz,
  -- Attempts before it was last resent by hand; they no longer count.
  attempts_before smallint not null default 0,
  lease_holder integer,
  written bytea,
  data_key bytea
);
create index notifications_by_age on notifications (created_at);
create index notifications_by_provider on notifications (provider, provider_id)
  where provider_id is not null;
create index notifications_by_shipment on notifications (shipment_id, id);
create index notifications_by_tenant on notifications (merchant_id, mode, id);
create index notifications_due_of_tenant on notifications (channel, merchant_id, mode, send_at)
  where state in ('queued', 'postponed');
create index notifications_leased on notifications (lease_holder) where lease_until is not null;
create unique index notifications_noted
  on notifications (event_id, channel, subject, audience, coalesce(subscription_id::text, merchant_to, ''))
  where event_id is not null;
create index notifications_sending on notifications (lease_until) where state = 'sending';
create index notifications_stuck on notifications (state, id)
  where state in ('dead', 'failed', 'unknown');
create index notifications_waiting_of_shipment on notifications (shipment_id)
  where state in ('queued', 'postponed');
call waybill_protect('notifications');

-- Written before the provider is called, so that every message sent is known.
create table notification_attempts (
  notification_id uuid not null references notifications on delete cascade,
  nr smallint not null,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  provider text not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  -- Null: under way, or interrupted.
  outcome text check (outcome in ('accepted', 'retry', 'refused', 'unknown')),
  reason text,
  account text,
  primary key (notification_id, nr)
);
call waybill_protect('notification_attempts');

-- A subject announced once is not announced again until then; infinity: never again.
create table notification_windows (
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null,
  subject text not null,
  channel text not null,
  address_hash bytea not null,
  published_until timestamptz not null,
  notification_id uuid not null,
  -- Position of the announced log entry: orders two that revert each other.
  position bigint not null default 0,
  primary key (shipment_id, subject, channel, address_hash)
);
create index notification_windows_ended on notification_windows (published_until);
create index notification_windows_forever on notification_windows (notification_id)
  where published_until = 'infinity';
call waybill_protect('notification_windows');

-- What an address wants from a merchant; keyed by its hash, so that it outlives the shipment and
-- names nobody.
create table recipient_preferences (
  id uuid primary key,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  channel text not null check (channel in ('email', 'sms', 'push', 'webhook', 'ticket')),
  address_hash bytea not null,
  -- Unsubscribed from everything.
  unsubscribed_at timestamptz,
  -- Milestones that are not wanted.
  muted text[] not null default '{}',
  locale text,
  -- {from, to, time_zone}; null: as the rules say.
  quiet_hours jsonb,
  updated_at timestamptz not null,
  unique (merchant_id, mode, channel, address_hash)
);
call waybill_protect('recipient_preferences');

-- Confirmations sent during the last day, to limit them.
create table subscription_requests (
  id uuid not null,
  address_hash bytea not null,
  shipment_id uuid not null,
  at timestamptz not null,
  -- The channel of the confirmation, for the installation's daily limits.
  channel text not null check (channel in ('email', 'sms', 'push')),
  primary key (id, shipment_id)
);
create index subscription_requests_by_address on subscription_requests (address_hash, at);
create index subscription_requests_by_age on subscription_requests (at);
create index subscription_requests_by_channel on subscription_requests (channel, at);
create index subscription_requests_by_shipment on subscription_requests (shipment_id, at);
alter table subscription_requests enable row level security;
alter table subscription_requests force row level security;
create policy pipeline on subscription_requests to waybill_pipeline using (true) with check (true);
grant select, insert, delete on subscription_requests to waybill_pipeline;

-- Addresses that a provider reported as undeliverable.
create table suppressed_addresses (
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  channel text not null check (channel in ('email', 'sms', 'push', 'webhook', 'ticket')),
  address_hash bytea not null,
  reason text not null check (reason in ('bounced', 'complained', 'gone')),
  at timestamptz not null,
  primary key (merchant_id, mode, channel, address_hash)
);
call waybill_protect('suppressed_addresses');

-- Addresses that opted out of confirmations from all merchants; by the hash of their normalized
-- form, permanently.
create table opted_out_addresses (
  channel text not null check (channel in ('email', 'sms', 'push')),
  address_hash bytea not null,
  at timestamptz not null,
  primary key (channel, address_hash)
);
alter table opted_out_addresses enable row level security;
alter table opted_out_addresses force row level security;
create policy pipeline on opted_out_addresses to waybill_pipeline using (true) with check (true);
grant select, insert on opted_out_addresses to waybill_pipeline;

----------------------------------------------------------------------------------------------------
-- Exceptions: cases, claims, delivery requests
----------------------------------------------------------------------------------------------------

-- A merchant's own deadlines and rules, merged over the installation's; no row: those of the file.
create table exception_policies (
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  document jsonb not null,
  -- Counts changes; the ETag.
  generation integer not null,
  updated_at timestamptz not null,
  primary key (merchant_id, mode)
);
call waybill_protect('exception_policies');

create table exception_cases (
  id uuid not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null,
  kind text not null
    check (kind in (
      'attempts', 'address', 'refused', 'damaged', 'lost', 'stalled', 'customs', 'other',
      'request', 'proof_missing', 'custody')),
  -- The carrier's reason in our vocabulary, as in the shipment's sub_status.
  reason text,
  state text not null default 'open' check (state in ('open', 'closed')),
  -- Who has to act next; null when closed.
  waiting_for text check (waiting_for in ('merchant', 'recipient', 'carrier')),
  outcome text check (outcome in ('resolved', 'returned', 'claimed')),
  -- Closed by later facts, by a person, or because it turned out not to have happened.
  closed_how text check (closed_how in ('facts', 'person', 'retracted')),
  -- Facts open and close cases; only a person closes what a person opened.
  opened_by text not null check (opened_by in ('facts', 'person', 'recipient')),
  -- The part of the shipment's state that caused it: once a person closes a case, it stays closed
  -- until this changes.
  trigger text not null,
  attempts smallint not null default 0,
  -- A name at the merchant's.
  owner text,
  opened_at timestamptz not null,
  updated_at timestamptz not null,
  deadline_at timestamptz,
  -- When the missed deadline was reported.
  overdue_at timestamptz,
  closed_at timestamptz,
  -- When the parcel was sent back because of the case.
  return_commanded_at timestamptz,
  -- The parcel that brings it back, if it has a number of its own.
  return_shipment_id uuid,
  -- As at the time, for statistics; nothing that names anybody.
  carrier text not null,
  lane text not null,
  facility text,
  -- For lists; null once the shipment is deleted, when only the statistics remain.
  tracking_number text,
  primary key (id, shipment_id),
  check ((state = 'open') = (closed_at is null)),
  check (state = 'open' or (outcome is not null and closed_how is not null))
);
create index exception_cases_by_closing on exception_cases (closed_at)
  where state = 'closed' and tracking_number is null;
create index exception_cases_by_shipment on exception_cases (shipment_id, opened_at);
-- For a merchant's statistics, including erased cases.
create index exception_cases_counted on exception_cases (merchant_id, mode, opened_at);
create index exception_cases_due on exception_cases (deadline_at)
  where state = 'open' and overdue_at is null;
create index exception_cases_listed on exception_cases (merchant_id, mode, opened_at desc, id desc)
  where tracking_number is not null;
create unique index exception_cases_open on exception_cases (shipment_id, kind)
  where state = 'open';
create index exception_cases_opened on exception_cases (opened_at desc, id desc);
call waybill_protect('exception_cases');

-- History of a case, oldest first. Text written by people is sealed.
create table case_events (
  id uuid not null,
  case_id uuid not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null references shipments on delete cascade,
  -- Order of writing: several events often share an instant.
  nr bigint generated always as identity,
  at timestamptz not null,
  type text not null,
  actor text not null
    check (actor in ('hub', 'carrier', 'recipient', 'merchant', 'operator', 'courier')),
  data jsonb not null default '{}',
  note bytea,
  data_key bytea,
  primary key (id, shipment_id),
  constraint case_events_case_fkey
    foreign key (case_id, shipment_id) references exception_cases on delete cascade
);
create index case_events_by_case on case_events (case_id, nr);
create index case_events_by_shipment on case_events (shipment_id);
call waybill_protect('case_events');

-- Photos and documents. The bytes are in the blob store, sealed under data_key.
create table case_evidence (
  id uuid primary key,
  case_id uuid not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null references shipments on delete cascade,
  actor text not null check (actor in ('recipient', 'merchant', 'operator', 'courier')),
  media_type text not null,
  size_bytes integer not null,
  digest bytea not null,
  blob_key text not null,
  data_key bytea,
  added_at timestamptz not null,
  constraint case_evidence_case_fkey
    foreign key (case_id, shipment_id) references exception_cases on delete cascade
);
create index case_evidence_by_shipment on case_evidence (shipment_id);
create index case_evidence_erased on case_evidence (added_at) where data_key is null;
create unique index case_evidence_key on case_evidence (id, shipment_id);
create unique index case_evidence_once on case_evidence (case_id, digest)
  where data_key is not null;
create unique index case_evidence_once_by_parcel on case_evidence (case_id, digest, shipment_id)
  where data_key is not null;
call waybill_protect('case_evidence');

create table claims (
  id uuid primary key,
  case_id uuid not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null references shipments on delete cascade,
  carrier text not null,
  reason text not null check (reason in ('damaged', 'lost', 'other')),
  state text not null default 'draft'
    check (state in ('draft', 'submitted', 'accepted', 'rejected')),
  -- In the currency's smallest unit; null: not known yet, so the claim is a draft.
  amount_minor bigint check (amount_minor > 0),
  granted_minor bigint check (granted_minor >= 0),
  currency text check (currency ~ '^[A-Z]{3}$'),
  -- What happened, in the merchant's words; without data_key: erased.
  description bytea,
  data_key bytea,
  -- The carrier's reference.
  reference text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Last day on which the carrier accepts the claim; answer_by is when it should have answered.
  submit_by timestamptz not null,
  submitted_at timestamptz,
  answer_by timestamptz,
  settled_at timestamptz,
  overdue_at timestamptz,
  constraint claims_amount_check
    check ((amount_minor is null) = (currency is null)
      and (state = 'draft' or amount_minor is not null)),
  check (state in ('draft', 'submitted') or settled_at is not null),
  constraint claims_case_fkey
    foreign key (case_id, shipment_id) references exception_cases on delete cascade
);
create index claims_by_case on claims (case_id);
create index claims_by_shipment on claims (shipment_id);
create index claims_due on claims (( case state when 'draft' then submit_by else answer_by end))
  where state in ('draft', 'submitted') and overdue_at is null;
create unique index claims_key on claims (id, shipment_id);
create index claims_listed on claims (merchant_id, mode, created_at desc, id desc);
-- One claim is open at a time; a rejected one may be repeated.
create unique index claims_open on claims (case_id) where state in ('draft', 'submitted');
create unique index claims_open_once on claims (case_id, shipment_id)
  where state in ('draft', 'submitted');
call waybill_protect('claims');

-- What a recipient, or the merchant on their behalf, requests for a parcel.
create table delivery_requests (
  id uuid not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  shipment_id uuid not null references shipments on delete cascade,
  -- Null: a carrier handles it, so nobody has to.
  case_id uuid,
  kind text not null check (kind in ('reschedule', 'pickup_point', 'hold_at_facility', 'address')),
  -- asking: sent to the carrier; accepted: by the carrier; open: a person has to act.
  state text not null
    check (state in ('asking', 'accepted', 'open', 'done', 'refused', 'replaced')),
  actor text not null check (actor in ('recipient', 'merchant', 'operator')),
  -- The content, which may name people and places; without data_key: erased.
  content bytea not null,
  data_key bytea,
  -- The carrier's reference.
  reference text,
  created_at timestamptz not null,
  settled_at timestamptz,
  primary key (id, shipment_id),
  constraint delivery_requests_case_fkey
    foreign key (case_id, shipment_id) references exception_cases on delete cascade
);
create index delivery_requests_by_case on delivery_requests (case_id);
create index delivery_requests_by_shipment on delivery_requests (shipment_id, created_at);
-- Contradictory requests are never open at once; an address correction contradicts nothing.
create unique index delivery_requests_active
  on delivery_requests (shipment_id, ((kind = 'address')))
  where state in ('asking', 'open');
call waybill_protect('delivery_requests');

----------------------------------------------------------------------------------------------------
-- Branding, caches, statistics
----------------------------------------------------------------------------------------------------

-- How a merchant appears to its recipients.
create table branding (
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  -- As in the API. Public: contains nothing personal.
  document jsonb not null,
  -- Counts changes, so that of two concurrent changes the later one is published.
  generation integer not null,
  updated_at timestamptz not null,
  published_generation integer not null default 0,
  primary key (merchant_id, mode)
);
create index branding_unpublished on branding (merchant_id) where published_generation < generation;
call waybill_protect('branding');

-- One row per cache and parcel, however often the parcel changes meanwhile.
create table cache_purges (
  purger text not null,
  carrier text not null,
  tracking_number text not null,
  -- Counts changes of the parcel: a purge that began before the latest one is not sufficient.
  change bigint not null default 1,
  changed_at timestamptz not null,
  -- Purges still to be made.
  rounds smallint not null,
  due_at timestamptz not null,
  attempts smallint not null default 0,
  primary key (purger, carrier, tracking_number)
);
create index cache_purges_due on cache_purges (purger, due_at);
call waybill_protect_internal('cache_purges');

-- What each parcel has added to analytics_counts, so that it can be subtracted.
create table analytics_parcels (
  shipment_id uuid primary key,
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  -- Sequence of the newest event counted.
  sequence integer not null,
  carrier text not null,
  service_level text not null,
  lane text not null,
  made_week date not null,
  handed_over_at timestamptz,
  attempted boolean not null,
  ended text check (ended in ('delivered', 'returned')),
  ended_week date,
  transit_days smallint,
  on_time boolean,
  -- The week and the reason of each case, by case id.
  cases jsonb not null default '{}'
);
call waybill_protect_readable('analytics_parcels');

-- Counts of parcels by week, maintained from the log: a chart of a million parcels reads a few
-- thousand rows.
create table analytics_counts (
  merchant_id uuid not null,
  mode text not null check (mode in ('test', 'live')),
  -- Which of the following columns are used; the others are empty.
  kind text not null check (kind in ('all', 'carrier', 'service', 'lane', 'carrier_lane')),
  carrier text not null,
  -- Monday of the week, in UTC.
  week date not null,
  service_level text not null,
  lane text not null,
  measure text not null,
  n integer not null,
  primary key (merchant_id, mode, kind, carrier, week, service_level, lane, measure)
);
create index analytics_counts_by_week on analytics_counts (week);
call waybill_protect_readable('analytics_counts');

----------------------------------------------------------------------------------------------------
-- Archive: Parquet files of ended parcels and of trails. The keys of their rows are here, not in
-- the files: destroying one erases the row from every copy, and key rotation reaches them
----------------------------------------------------------------------------------------------------

create table archive_files (
  key text primary key,
  made_at timestamptz not null,
  parcels integer not null,
  size_bytes bigint not null,
  trails integer not null default 0
);
create index archive_files_by_age on archive_files (made_at);
call waybill_protect_internal('archive_files');

create table archived_parcels (
  -- The parcel's name in the file, used nowhere else.
  id uuid not null,
  shipment_id uuid not null,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  carrier text not null,
  number_hash text not null,
  sequence integer not null,
  file text not null references archive_files,
  -- Null: erased; the next nightly run removes the row from the file.
  data_key bytea,
  erased_at timestamptz,
  primary key (id, shipment_id),
  check ((data_key is null) = (erased_at is not null))
);
create index archived_parcels_by_number on archived_parcels (number_hash);
create index archived_parcels_by_shipment on archived_parcels (shipment_id);
create index archived_parcels_erased on archived_parcels (erased_at) where erased_at is not null;
create index archived_parcels_of_file on archived_parcels (file);
call waybill_protect('archived_parcels');

create table archived_trails (
  -- The trail's name in the file, used nowhere else.
  id uuid primary key,
  courier_id uuid not null references couriers on delete cascade,
  merchant_id uuid not null references merchants on delete cascade,
  mode text not null check (mode in ('test', 'live')),
  day date not null,
  file text not null references archive_files on delete cascade,
  data_key bytea not null
);
create index archived_trails_of_courier on archived_trails (courier_id, day);
create index archived_trails_of_file on archived_trails (file);
call waybill_protect('archived_trails');

