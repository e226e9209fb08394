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

/** The most parcels of one learning: a minute's work at most. */
const HISTORIES_MAX = 50_000;

/**
 * Returns the histories of live parcels with an update since `sinceMs`; test parcels are excluded.
 */
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

/**
 * Returns until when a parcel was observed. A healthy push reports by itself; otherwise only a poll
 * shows that nothing happened.
 */
function watched(target: PollTarget): Pick<ParcelHistory, 'watchedUntilMs'> {
  if (target.push === 'healthy') return {};
  const { createdAtMs, lastPolledAtMs, lastUpdateAtMs } = target;
  return { watchedUntilMs: Math.max(createdAtMs, lastPolledAtMs ?? 0, lastUpdateAtMs ?? 0) };
}

/** Returns the active table; null if none was ever learned, or the stored one is unreadable. */
export async function activeHazardTable(db: Queryable): Promise<HazardTable | null> {
  const content = await activeTable(db);
  const read = hazardTableSchema.safeParse(content);
  return read.success ? read.data : null;
}

/**
 * Stores a table and activates it, if the active one is still the one it was learned from. Returns
 * false if another process was first.
 *
 * @param from version that was active; null if none was.
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
