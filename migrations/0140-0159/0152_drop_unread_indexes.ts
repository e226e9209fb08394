import type { Knex } from 'knex';

/** Dropped while receipts come in; each statement is its own transaction. */
export const config = { transaction: false };

/**
 * Merchants read shipments under row security, and PostgreSQL looks nothing up by `@>` there: it is not
 * leakproof, so the tenant is looked at first. No query could use these, and every update of a shipment
 * wrote to all three.
 */
const UNREAD = {
  shipments_by_order: 'order_ids',
  shipments_by_tag: 'tags',
  shipments_by_metadata: 'metadata jsonb_path_ops',
} as const;

export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const name of Object.keys(UNREAD)) {
    await knex.raw(`drop index concurrently if exists ${name}`);
  }
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const [name, on] of Object.entries(UNREAD)) {
    await knex.raw(`create index ${name} on shipments using gin (${on})`);
  }
}
