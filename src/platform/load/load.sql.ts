import type { Queryable } from '../database/database.ts';

/** The channel on which processes report their load. */
export const LOAD_CHANNEL = 'waybill_load';

/** A server that vanished does not close the connection; TCP notices after a quarter of an hour. */
const ANSWER_MS_MAX = 10_000;

/**
 * Notifies the other processes; null: sends an empty statement, to measure the response time.
 * Rejects on timeout.
 */
export async function notifyLoad(db: Queryable, message: string | null): Promise<void> {
  const query =
    message === null
      ? { text: 'select', query_timeout: ANSWER_MS_MAX }
      : {
          text: 'select pg_notify($1, $2)',
          values: [LOAD_CHANNEL, message],
          query_timeout: ANSWER_MS_MAX,
        };
  await db.query(query);
}
