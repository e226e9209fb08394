import type { Queryable } from '../database/database.ts';

/** More entries than a hub writes between two backups; positions have 63 bits. */
const POSITIONS_PASSED_OVER = 1_000_000_000;

/**
 * Makes positions continue far above those of the backup: the lost hub issued cursors after entries
 * that are lost with it, and new entries must come after those, too.
 *
 * @param owner may change the table's sequence.
 */
export async function passOverPositions(owner: Queryable): Promise<void> {
  await owner.query(
    `select setval(s.name, nextval(s.name) + $1)
     from pg_get_serial_sequence('event_log', 'position') as s(name)`,
    [POSITIONS_PASSED_OVER],
  );
}

/**
 * Makes everything a consumer has not read yet quiet: the lost hub may have announced it. Consumers
 * that mirror the log read it nevertheless. Returns the number of entries.
 */
export async function quietenUnread(db: Queryable, consumer: string): Promise<number> {
  const { rowCount } = await db.query(
    `update event_log e set data = e.data || '{"quiet": true}'
     from consumer_cursors c
     where c.consumer = $1 and e.shard = c.shard and e.position > c.position`,
    [consumer],
  );
  return rowCount ?? 0;
}
