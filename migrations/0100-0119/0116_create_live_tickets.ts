import type { Knex } from 'knex';

/** What lets a browser in to a merchant's live screens, once and for a minute. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table live_tickets (
      hash bytea primary key,
      merchant_id uuid not null references merchants on delete cascade,
      mode text not null check (mode in ('test', 'live')),
      -- The key that made it; what the ticket opened ends with the key.
      key_id uuid not null,
      -- What it may watch; null: whatever the key may.
      topics text[],
      -- Of the page that may come with it.
      origin text not null,
      expires_at timestamptz not null
    );
    create index live_tickets_by_end on live_tickets (expires_at);
    call waybill_protect('live_tickets');
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table live_tickets');
}
