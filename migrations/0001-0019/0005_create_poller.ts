import type { Knex } from 'knex';

/**
 * The poller's own tables: what is to be asked and when, what was spent, how the accounts are,
 * what was learned of when news comes, and which pushes were asked for. Merchants may read their
 * own rows; only the pipeline writes.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
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

    -- The due index: one row for each number that a merchant follows, whatever lives it has had.
    -- Built from the event log; nothing else is known here of shipments.
    create table poll_targets (
      merchant_id uuid not null references merchants,
      mode text not null check (mode in ('test', 'live')),
      carrier text not null,
      tracking_number text not null,
      -- The newest life, and the number of the last entry about it.
      shipment_id uuid not null,
      sequence integer not null,
      -- What policies look at.
      status text not null,
      sub_status text,
      confirmed boolean not null,
      service text,
      time_zone text,
      edd date,
      created_at timestamptz not null,
      last_fact_at timestamptz,
      last_news_at timestamptz,
      push text not null default 'none' check (push in ('healthy', 'silent', 'none')),
      known boolean not null default false,
      misses smallint not null default 0,
      -- Calls in a row that failed for this number alone.
      failures smallint not null default 0,
      -- What the last pulls brought. Identities are hashed to 64 bits: only absence is looked for.
      last_polled_at timestamptz,
      last_confirmed_at timestamptz,
      last_hash text,
      last_identities bigint[],
      last_receipt_id uuid,
      -- Unchanged pulls told to tracking since the last change.
      confirmations smallint not null default 0,
      -- Facts as [status, epoch seconds], for learning.
      history jsonb not null default '[]',
      -- Proofs of delivery that the last pull said there are: {"kinds", "piece", "as_of_ms"}.
      proof_offer jsonb,
      -- When to ask next. value: what the call is worth at due_at; urgency: what that gains an
      -- hour; value_class: urgency in powers of two, 15 for what somebody waits for.
      due_at timestamptz not null,
      value real not null,
      urgency real not null,
      value_class smallint not null,
      reason text not null,
      why text not null,
      refresh_asked_at timestamptz,
      -- due_at is never earlier than lease_until, so a leased row is not due. A holder whose token
      -- is no longer the row's may not reschedule it.
      lease_until timestamptz,
      lease_token bigint not null default 0,
      -- The next timer that needs no call: silence, and ends that nobody confirms.
      timer_at timestamptz,
      unconfirmed_since timestamptz,
      -- The entry after which a timer was told already.
      told_sequence integer,
      not_found_told boolean not null default false,
      ended_at timestamptz,
      end_reason text,
      primary key (merchant_id, mode, carrier, tracking_number)
    ) with (fillfactor = 85);
    create index poll_targets_due on poll_targets (merchant_id, mode, carrier, value_class, due_at)
      where ended_at is null;
    create index poll_targets_timers on poll_targets (timer_at)
      where ended_at is null and timer_at is not null;
    create index poll_targets_ended on poll_targets (ended_at) where ended_at is not null;
    call waybill_protect_readable('poll_targets');

    -- Proofs of delivery that are asked for, one row for each delivered number, and what came.
    create table proof_requests (
      merchant_id uuid not null references merchants,
      mode text not null check (mode in ('test', 'live')),
      carrier text not null,
      tracking_number text not null,
      -- The life that was delivered.
      shipment_id uuid not null,
      -- none: the carrier had none to the last try. given_up: it could not be asked for too long.
      state text not null default 'waiting'
        check (state in ('waiting', 'received', 'none', 'given_up')),
      why text not null,
      -- Times the carrier answered that it has none.
      tries smallint not null default 0,
      -- Calls in a row that failed.
      failures smallint not null default 0,
      wanted_at timestamptz not null,
      first_asked_at timestamptz,
      last_asked_at timestamptz,
      -- Each asking as [epoch seconds, calls it took], the newest few.
      asks jsonb not null default '[]',
      -- Null: never again. While it is being asked for: when somebody else may.
      next_try_at timestamptz,
      lease_token bigint not null default 0,
      primary key (merchant_id, mode, carrier, tracking_number)
    );
    create index proof_requests_to_try
      on proof_requests (merchant_id, mode, carrier, next_try_at) where next_try_at is not null;
    create index proof_requests_asked
      on proof_requests (merchant_id, mode, carrier, last_asked_at)
      where last_asked_at is not null;
    create index proof_requests_over on proof_requests (wanted_at) where next_try_at is null;
    call waybill_protect_readable('proof_requests');

    -- Calls by minute: what the hour and day budgets are counted from, in sliding windows.
    create table call_ledger (
      account_id uuid not null references carrier_accounts on delete cascade,
      minute timestamptz not null,
      merchant_id uuid not null,
      mode text not null,
      calls integer not null,
      -- Of these, the ones somebody asked for.
      refreshes integer not null,
      primary key (account_id, minute)
    );
    create index call_ledger_by_age on call_ledger (minute);
    call waybill_protect_readable('call_ledger');

    -- One row an account: its row lock makes debits of all processes one after the other.
    create table account_states (
      account_id uuid primary key references carrier_accounts on delete cascade,
      merchant_id uuid not null,
      mode text not null,
      carrier text not null,
      health text not null default 'idle',
      health_reason text not null default 'nothing was asked yet',
      health_since timestamptz not null,
      -- Number of the last entry about this account in the event log.
      health_sequence integer not null default 0,
      -- Circuit breaker, as its own file keeps it.
      breaker jsonb,
      -- Calls in a row whose numbers were all refused: {"calls", "numbers", "sinceMs"}.
      refusals jsonb,
      -- Until then nobody asks: a 429, its Retry-After, or credentials that were refused.
      paused_until timestamptz,
      pause_state text,
      pause_reason text,
      pauses_in_a_row smallint not null default 0,
      last_ok_at timestamptz,
      -- Pacing: the earliest instant of the next call.
      next_slot_at timestamptz,
      -- Calls saved up under the day's plan, and for parcels at their ceiling, as of saved_at.
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
      push_since timestamptz
    );
    call waybill_protect_readable('account_states');

    create table hazard_tables (
      version text primary key,
      learned_at timestamptz not null,
      content jsonb not null,
      active boolean not null default false
    );
    create unique index hazard_tables_active on hazard_tables (active) where active;
    alter table hazard_tables enable row level security;
    alter table hazard_tables force row level security;
    create policy pipeline on hazard_tables to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on hazard_tables to waybill_pipeline;

    -- Pushes that we asked for: for one number, or (null) for all of an account's parcels.
    create table push_subscriptions (
      id uuid primary key,
      account_id uuid not null references carrier_accounts on delete cascade,
      merchant_id uuid not null,
      mode text not null,
      carrier text not null,
      tracking_number text,
      carrier_subscription_id text,
      state text not null check (state in ('wanted', 'pending', 'active', 'refused', 'ended')),
      reason text,
      -- Which of the account's webhook secrets the carrier was given (its SHA-256).
      secret_ref bytea,
      asked_at timestamptz,
      try_at timestamptz,
      tries smallint not null default 0,
      expires_at timestamptz,
      last_push_at timestamptz,
      -- Facts that a pull found and push should have brought, in a row.
      missed smallint not null default 0,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      unique nulls not distinct (account_id, tracking_number)
    );
    create index push_subscriptions_to_try on push_subscriptions (account_id, try_at)
      where try_at is not null;
    create index push_subscriptions_by_carrier_id
      on push_subscriptions (account_id, carrier_subscription_id);
    call waybill_protect_readable('push_subscriptions');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table push_subscriptions;
    drop table hazard_tables;
    drop table account_states;
    drop table call_ledger;
    drop table proof_requests;
    drop table poll_targets;
    drop procedure waybill_protect_readable(regclass);
  `);
}
