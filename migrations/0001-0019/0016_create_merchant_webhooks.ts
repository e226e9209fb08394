import type { Knex } from 'knex';

/**
 * Merchants' webhooks: where to, what was made for each endpoint, and what came of each try. A row
 * is written four times in its life and thousands of times a second, so nothing refers to the
 * endpoint by a foreign key: one that is removed takes its rows with it later, in batches.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table webhook_endpoints (
      id uuid primary key,
      merchant_id uuid not null references merchants,
      mode text not null check (mode in ('test', 'live')),
      -- {"url", "secrets": [{"secret", "untilMs"}]}, sealed: addresses carry tokens, too.
      sealed bytea not null,
      description text not null default '',
      -- Event types, "*", or a family such as "shipment.*".
      events text[] not null,
      -- {"carriers", "tags", "statuses"}: what is absent does not matter.
      filters jsonb not null default '{}',
      state text not null default 'active' check (state in ('active', 'disabled')),
      disabled_reason text,
      disabled_at timestamptz,
      removed_at timestamptz,
      -- The endpoint asked us to wait (Retry-After).
      paused_until timestamptz,
      -- What was asked for before then and still waits is cancelled when its turn comes.
      skip_before timestamptz,
      -- The first failure since the last success, and how many there were since.
      failing_since timestamptz,
      failures integer not null default 0,
      last_success_at timestamptz,
      last_failure_at timestamptz,
      last_failure text,
      -- Counts changes of what a sender must know.
      version bigint not null default 1,
      -- Entries of the event log about the endpoint itself.
      sequence integer not null default 0,
      created_at timestamptz not null,
      updated_at timestamptz not null
    );
    create index webhook_endpoints_of_tenant on webhook_endpoints (merchant_id, mode, id)
      where removed_at is null;
    create index webhook_endpoints_removed on webhook_endpoints (removed_at)
      where removed_at is not null;
    call waybill_protect('webhook_endpoints');

    -- Counts changes of a tenant's endpoints, so that whoever knows them all sees in one row
    -- whether he still does. Its lock makes changes of one tenant come one after the other.
    create table webhook_tenants (
      merchant_id uuid not null,
      mode text not null,
      generation bigint not null,
      primary key (merchant_id, mode)
    );
    call waybill_protect('webhook_tenants');

    -- What one endpoint hears of one subject: one after the other, so this is what is due and held.
    create table webhook_lanes (
      endpoint_id uuid not null,
      subject_id uuid not null,
      merchant_id uuid not null,
      mode text not null,
      -- Of the last event made for this endpoint and subject.
      last_sequence integer not null,
      -- Null: nothing waits. While somebody holds the lane: when that runs out.
      due_at timestamptz,
      -- Of whoever holds it; a late holder finds another's.
      lease_token bigint not null default 0,
      -- Something older waits again, by a replay: what was settled last tells nothing of what waits.
      is_mixed boolean not null default false,
      touched_at timestamptz not null,
      primary key (endpoint_id, subject_id)
    ) with (fillfactor = 80);
    create index webhook_lanes_due on webhook_lanes (endpoint_id, due_at) where due_at is not null;
    create index webhook_lanes_by_age on webhook_lanes using brin (touched_at);
    call waybill_protect('webhook_lanes');

    create table webhook_deliveries (
      -- Made of the event and the endpoint: the same event is made once for each, whoever retries.
      id uuid not null,
      endpoint_id uuid not null,
      merchant_id uuid not null,
      mode text not null,
      subject_id uuid not null,
      event_id uuid not null,
      type text not null,
      sequence integer not null,
      previous_sequence integer,
      -- The bytes that are signed and sent, each time the same.
      body bytea not null,
      state text not null default 'waiting'
        check (state in ('waiting', 'delivered', 'dead', 'cancelled')),
      -- All there were; and those since it was made or last replayed.
      attempts integer not null default 0,
      tries smallint not null default 0,
      next_attempt_at timestamptz,
      last_status smallint,
      last_reason text,
      -- When the event was recorded, when it was made or last replayed, and when it was settled.
      recorded_at timestamptz not null,
      asked_at timestamptz not null,
      settled_at timestamptz,
      primary key (endpoint_id, id)
    ) with (fillfactor = 80);
    create index webhook_deliveries_by_age on webhook_deliveries using brin (recorded_at);
    create index webhook_deliveries_waiting on webhook_deliveries (endpoint_id, subject_id, sequence)
      where state = 'waiting';
    create index webhook_deliveries_dead on webhook_deliveries (endpoint_id, id)
      where state = 'dead';
    call waybill_protect('webhook_deliveries');

    create table webhook_attempts (
      delivery_id uuid not null,
      nr integer not null,
      merchant_id uuid not null,
      mode text not null,
      at timestamptz not null,
      duration_ms integer not null,
      -- The answer's status; null: there was none.
      status smallint,
      -- Why it did not count as delivered; null: it did.
      reason text,
      -- How the answer began.
      response text,
      primary key (delivery_id, nr)
    );
    call waybill_protect('webhook_attempts');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table webhook_attempts;
    drop table webhook_deliveries;
    drop table webhook_lanes;
    drop table webhook_tenants;
    drop table webhook_endpoints;
  `);
}
