import type { Knex } from 'knex';

/** Rows of these are made from an entry of the log or from a shipment, whose merchant it was. */
const TABLES = ['edd_predictions', 'notifications', 'poll_targets'] as const;

/**
 * Merchants are never deleted. That one exists was checked for each row that a scan leads to, with a lock
 * on the merchant that goes to the log of the commit: docs/decisions/0055-no-foreign-keys-under-facts.md.
 */
export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const table of TABLES) {
    await knex.raw(`alter table ${table} drop constraint ${table}_merchant_id_fkey`);
  }
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  for (const table of TABLES) {
    await knex.raw(`alter table ${table} add constraint ${table}_merchant_id_fkey
      foreign key (merchant_id) references merchants on delete cascade`);
  }
}
