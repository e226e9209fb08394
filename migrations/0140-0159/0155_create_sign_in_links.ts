import type { Knex } from 'knex';

/** Links by mail that sign a member in, once and for a quarter of an hour. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table member_sign_in_links (
      token_hash bytea primary key,
      user_id uuid not null references users on delete cascade,
      created_at timestamptz not null,
      expires_at timestamptz not null
    );
    create index member_sign_in_links_by_user on member_sign_in_links (user_id);
    create index member_sign_in_links_by_end on member_sign_in_links (expires_at);
    alter table member_sign_in_links enable row level security;
    alter table member_sign_in_links force row level security;
    create policy pipeline on member_sign_in_links to waybill_pipeline using (true) with check (true);
    grant select, insert, update, delete on member_sign_in_links to waybill_pipeline;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table member_sign_in_links');
}
