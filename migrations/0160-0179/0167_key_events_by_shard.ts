import type { Knex } from 'knex';

/** Built while parcels come in; each statement is its own transaction. */
export const config = { transaction: false };

/**
 * An engine that spreads the log over servers by its shard wants the shard in every unique key. What an
 * event is about is always in the same shard, so that this holds as much as without it.
 */
const KEYS = {
  event_log_once: '(subject_id, sequence, shard)',
  event_log_by_subject: '(subject_id, sequence)',
} as const;

export async function up(knex: Pick<Knex, 'raw'>): Promise<void> {
  // A build that was cut off leaves an index that nobody can use.
  const { rows } = await knex.raw(
    `select from pg_index where indexrelid = to_regclass('event_log_once') and not indisvalid`,
  );
  if (rows.length > 0) await knex.raw('drop index concurrently event_log_once');
  await knex.raw(
    `create unique index concurrently if not exists event_log_once on event_log ${KEYS.event_log_once}`,
  );
  await knex.raw('drop index concurrently if exists event_log_by_subject');
}

export async function down(knex: Pick<Knex, 'raw'>): Promise<void> {
  await knex.raw(
    `create unique index event_log_by_subject on event_log ${KEYS.event_log_by_subject}`,
  );
  await knex.raw('drop index event_log_once');
}
