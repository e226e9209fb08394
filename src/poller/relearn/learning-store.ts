import {
  type Database,
  type Queryable,
  withTransaction,
} from '../../platform/database/database.ts';
import type { PollTarget } from '../due/target.ts';
import { liveTargetsSince } from '../due/targets.sql.ts';
import type { ParcelHistory } from '../hazard/bins.ts';
import { type HazardTable, hazardTableSchema } from '../hazard/table.ts';
import { activeTable, insertTable, switchActive } from './learning-store.sql.ts';

/** Parcels that one relearning looks at: a minute's work at most. */
const HISTORIES_MAX = 50_000;

/** The histories of live parcels with an update since; test parcels are excluded. */
export async function learningHistories(
  db: Queryable,
  sinceMs: number,
  limit: number = HISTORIES_MAX,
): Promise<readonly ParcelHistory[]> {
  const targets = await liveTargetsSince(db, sinceMs, limit);
  return targets.map((target) => ({
    trackingNumber: target.trackingNumber,
    carrier: target.carrier,
    service: target.service,
    timeZone: target.timeZone,
    createdAtMs: target.createdAtMs,
    edd: target.edd === null ? null : { date: target.edd },
    ...watched(target),
    facts: target.history
      .map(([status, atS]) => ({ status, atMs: atS * 1_000 }))
      .sort((one, other) => one.atMs - other.atMs),
  }));
}

/** A healthy push reports by itself; otherwise only polls show that nothing came. */
function watched(target: PollTarget): Pick<ParcelHistory, 'watchedUntilMs'> {
  if (target.push === 'healthy') return {};
  const { createdAtMs, lastPolledAtMs, lastUpdateAtMs } = target;
  return { watchedUntilMs: Math.max(createdAtMs, lastPolledAtMs ?? 0, lastUpdateAtMs ?? 0) };
}

/** The table in use; null while none was ever learned, or the stored one is unreadable. */
export async function activeHazardTable(db: Queryable): Promise<HazardTable | null> {
  const content = await activeTable(db);
  const read = hazardTableSchema.safeParse(content);
  return read.success ? read.data : null;
}

/**
 * Stores a table and puts it to use, if the one in use is still the one it was learned from. False
 * when another process was first.
 *
 * @param from version that was in use; null when none was.
 */
export async function switchHazardTable(
  { pipeline }: Pick<Database, 'pipeline'>,
  from: string | null,
  table: HazardTable,
  nowMs: number,
): Promise<boolean> {
  return withTransaction(pipeline, async (tx) => {
    await insertTable(tx, table.version, nowMs, table);
    return switchActive(tx, from, table.version);
  });
}
