import type { Queryable } from '../../platform/database/database.ts';
import { oldestLogEntries, shardsWithEntriesBefore } from '../../platform/event-log/event-log.ts';
import { endedBefore, withoutEventSince } from './erase.sql.ts';

/** What the sweeps should have removed by then and did not. */
export interface Overdue {
  /** Some of the remaining parcels. */
  readonly parcels: readonly string[];
  /** Whether anything is left, parcels or log entries. */
  readonly isBehind: boolean;
}

/** Checked per shard and carrier: enough to name some, not all. */
const LOOKED_AT = 20;
const NAMED_MAX = 5;

/**
 * Finds what the sweeps left behind.
 * @param logBeforeMs parcels without an event since then should be gone, and so should older log
 * entries.
 * @param endedBeforeMs parcels of these carriers that ended before then should be gone, too.
 */
export async function overdueParcels(
  db: Queryable,
  logBeforeMs: number,
  endedBeforeMs: ReadonlyMap<string, number>,
): Promise<Overdue> {
  const shards = await shardsWithEntriesBefore(db, logBeforeMs);
  const subjects = new Set<string>();
  for (const shard of shards) {
    for (const { subjectId } of await oldestLogEntries(db, shard, logBeforeMs, LOOKED_AT)) {
      subjects.add(subjectId);
    }
  }
  const parcels = new Set(
    (await withoutEventSince(db, [...subjects], logBeforeMs)).map(({ id }) => id),
  );
  for (const [carrier, beforeMs] of endedBeforeMs) {
    for (const { id } of await endedBefore(db, carrier, beforeMs, LOOKED_AT)) parcels.add(id);
  }
  return {
    parcels: [...parcels].slice(0, NAMED_MAX),
    isBehind: shards.length > 0 || parcels.size > 0,
  };
}
