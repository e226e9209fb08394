import type { Knex } from 'knex';

/** Whom to tell of what, what was told and what was not and why, and who asked to be told. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A merchant's own rules in place of the installation's; no row: those of the file.
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

    -- Whom addresses are recognized by: HMAC under this key, which outlives the master key, as what
    -- was told for ever must be known after a rotation too. One row.
    create table notification_keys (
      id text primary key check (id = 'addresses'),
      key bytea not null
    );
    alter table notification_keys enable row level security;
    alter table notification_keys force row level security;
    create policy pipeline on notification_keys to waybill_pipeline using (true) with check (true);
    grant select, insert, update on notification_keys to waybill_pipeline;

    create table subscriptions (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      shipment_id uuid not null references shipments on delete cascade,
      channel text not null check (channel in ('email', 'sms', 'push')),
      -- Sealed under the master key; null: ended, and forgotten.
      address bytea,
      address_hash bytea not null,
      -- Empty: all that the merchant's rules tell subscribers.
      milestones text[] not null default '{}',
      locale text,
      state text not null default 'pending' check (state in ('pending', 'active', 'ended')),
      -- False where several merchants follow the number: nothing may tell which one this is.
      branded boolean not null default true,
      created_at timestamptz not null,
      confirmed_at timestamptz,
      ended_at timestamptz,
      unique (shipment_id, channel, address_hash)
    );
    create index subscriptions_pending on subscriptions (created_at) where state = 'pending';
    call waybill_protect('subscriptions');

    -- Confirmations that were asked for, so that nobody is pestered with them. Of a day.
    create table subscription_requests (
      id uuid primary key,
      address_hash bytea not null,
      shipment_id uuid not null,
      at timestamptz not null
    );
    create index subscription_requests_by_address on subscription_requests (address_hash, at);
    create index subscription_requests_by_shipment on subscription_requests (shipment_id, at);
    create index subscription_requests_by_age on subscription_requests (at);
    alter table subscription_requests enable row level security;
    alter table subscription_requests force row level security;
    create policy pipeline on subscription_requests to waybill_pipeline using (true) with check (true);
    grant select, insert, delete on subscription_requests to waybill_pipeline;

    -- What an address wants of a merchant; told by its hash, so that it holds after a shipment is
    -- deleted and names nobody.
    create table recipient_preferences (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      channel text not null check (channel in ('email', 'sms', 'push', 'webhook', 'ticket')),
      address_hash bytea not null,
      -- Nothing at all any more.
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

    -- Addresses that a provider said are not to be written to again.
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

    -- One row for each decision. No address and no text: they are looked up and made when it is sent.
    create table notifications (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      shipment_id uuid not null,
      -- The log's entry it tells of; all three null for a confirmation that was asked for.
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
      -- Whom; for the merchant and where there is no address, a digest of that instead.
      address_hash bytea not null,
      -- Where a rule says it, for the merchant: a mail address or URL of its own.
      merchant_to text,
      locale text,
      -- What may be told once only, such as the milestone; the window is taken by it.
      subject text not null,
      state text not null check (state in ('queued', 'postponed', 'sending', 'sent', 'delivered',
        'bounced', 'complained', 'failed', 'dead', 'unknown', 'not_sent')),
      reason text,
      created_at timestamptz not null,
      -- When it is due; later than created_at where it was postponed or is tried again.
      send_at timestamptz,
      -- News older than this is not sent any more.
      stale_at timestamptz,
      attempts smallint not null default 0,
      provider text,
      provider_id text,
      -- Who has taken it in hand, and until when nobody else does.
      lease uuid,
      lease_until timestamptz,
      sent_at timestamptz,
      ended_at timestamptz
    );
    -- An entry of the log that is heard again decides nothing again.
    create unique index notifications_by_event
      on notifications (event_id, channel, subject, audience, address_hash) where event_id is not null;
    create index notifications_due on notifications (send_at) where state in ('queued', 'postponed');
    create index notifications_sending on notifications (lease_until) where state = 'sending';
    create index notifications_by_tenant on notifications (merchant_id, mode, id);
    create index notifications_by_shipment on notifications (shipment_id, id);
    create index notifications_by_provider on notifications (provider, provider_id)
      where provider_id is not null;
    create index notifications_by_age on notifications (created_at);
    call waybill_protect('notifications');

    -- Written before the provider is called, so that nothing is sent that nobody knows of.
    create table notification_attempts (
      notification_id uuid not null references notifications on delete cascade,
      nr smallint not null,
      merchant_id uuid not null,
      mode text not null check (mode in ('test', 'live')),
      provider text not null,
      started_at timestamptz not null,
      ended_at timestamptz,
      -- Null: under way, or broken off.
      outcome text check (outcome in ('accepted', 'retry', 'refused', 'unknown')),
      reason text,
      primary key (notification_id, nr)
    );
    call waybill_protect('notification_attempts');

    -- What was told once and is not told again until then; 'infinity' is for ever.
    create table notification_windows (
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      shipment_id uuid not null,
      subject text not null,
      channel text not null,
      address_hash bytea not null,
      told_until timestamptz not null,
      notification_id uuid not null,
      primary key (shipment_id, subject, channel, address_hash)
    );
    create index notification_windows_ended on notification_windows (told_until);
    call waybill_protect('notification_windows');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table notification_windows;
    drop table notification_attempts;
    drop table notifications;
    drop table suppressed_addresses;
    drop table recipient_preferences;
    drop table subscription_requests;
    drop table subscriptions;
    drop table notification_keys;
    drop table notification_rules;
  `);
}
