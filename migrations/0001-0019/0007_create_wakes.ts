import type { Knex } from 'knex';

/** When each carrier account is looked at next, by which process, and how its pushes are. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table account_wakes (
      account_id uuid primary key references carrier_accounts on delete cascade,
      -- infinity: nothing is known to be due.
      due_at timestamptz not null,
      -- Held until then; a holder that died leaves it in the past, and is so found.
      lease_until timestamptz,
      lease_token bigint not null default 0
    );
    create index account_wakes_due on account_wakes (due_at);
    create index account_wakes_leased on account_wakes (lease_until) where lease_until is not null;
    alter table account_wakes enable row level security;
    alter table account_wakes force row level security;
    create policy pipeline on account_wakes to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on account_wakes to waybill_pipeline;

    alter table account_states
      -- What pulls have shown of pushes, in a row: missed ones, and ones that came.
      add column push_missed smallint not null default 0,
      add column push_heard smallint not null default 0,
      -- Why no push is asked for; null where it is, or where the carrier takes no such call.
      add column push_reason text;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table account_states drop column push_missed, drop column push_heard,
      drop column push_reason;
    drop table account_wakes;
  `);
}
