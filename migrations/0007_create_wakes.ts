import type { Knex } from 'knex';

/** When each carrier account is to be looked at next, and which process is looking at it now. */
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
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table account_wakes');
}
