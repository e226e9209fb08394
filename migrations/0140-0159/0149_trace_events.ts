import type { Knex } from 'knex';

/**
 * The receipt an event comes from, so that a trace leads from the one to the other; written while somebody
 * traces, and no reference: receipts go before events do.
 */
export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw(`alter table event_log add column trace_id uuid`);
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw(`alter table event_log drop column trace_id`);
}
