import type { Knex } from 'knex';

/** What people of a merchant set for their desk: views of the parcels, and steps of the setup they left out. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table desk_views (
      id uuid primary key,
      merchant_id uuid not null references merchants on delete cascade,
      -- Whose it is: a member, or on the machine itself the key of the first start.
      user_id uuid,
      api_key_id uuid references api_keys on delete cascade,
      name text not null,
      -- Filters, columns and order, as the page's address says them; no words that somebody searched for.
      query text not null,
      shared boolean not null,
      created_at timestamptz not null,
      check (num_nonnulls(user_id, api_key_id) = 1),
      -- Goes with the member.
      foreign key (user_id, merchant_id) references memberships on delete cascade
    );
    create index desk_views_by_merchant on desk_views (merchant_id);
    create unique index desk_views_by_name
      on desk_views (merchant_id, coalesce(user_id, api_key_id), name);
    create index desk_views_by_member on desk_views (user_id, merchant_id);
    create index desk_views_by_key on desk_views (api_key_id);

    create table setup_skips (
      merchant_id uuid not null references merchants on delete cascade,
      step text not null,
      primary key (merchant_id, step)
    );
  `);
  for (const table of ['desk_views', 'setup_skips']) {
    await knex.raw(`
      alter table ${table} enable row level security;
      alter table ${table} force row level security;
      create policy pipeline on ${table} to waybill_pipeline using (true) with check (true);
      grant select, insert, update, delete on ${table} to waybill_pipeline;
    `);
  }
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table setup_skips;
    drop table desk_views;
  `);
}
