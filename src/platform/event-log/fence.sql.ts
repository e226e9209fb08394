import type { Queryable } from '../database/database.ts';
import { queryCount } from '../database/query-rows.ts';

/** More entries than a hub writes between two backups; positions have 63 bits. */
const POSITIONS_SKIPPED = 1_000_000_000;

/**
 * Makes positions continue far above those of the backup: the lost hub may have issued cursors that
 * point past the end of the backup, and new entries must come after those, too.
 *
 * @param owner may change the table's sequence.
 */
export async function skipPositions(owner: Queryable): Promise<void> {
  await owner.query(
    `select setval(s.name, nextval(s.name) + $1)
     from pg_get_serial_sequence('event_log', 'position') as s(name)`,
    [POSITIONS_SKIPPED],
  );
}

/**
 * Marks all entries that a consumer has not read as quiet, because the lost hub may already have
 * announced them. Consumers that mirror the log still read them. Returns the number of entries.
 */
export function markUnreadQuiet(db: Queryable, consumer: string): Promise<number> {
  return queryCount(
    db,
    `update event_log e set data = e.data || '{"quiet": true}'
     from consumer_cursors c
     where c.consumer = $1 and e.shard = c.shard and e.position > c.position`,
    [consumer],
  );
}
