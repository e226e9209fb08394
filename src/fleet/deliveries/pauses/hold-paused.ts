import type { DeliveriesDeps } from '../deps.ts';
import { openDetails } from '../details.ts';
import type { DeliveryRow } from '../store/deliveries.sql.ts';
import { isInArea } from './paused-area.ts';
import { notePaused, type PauseRow } from './pauses.sql.ts';

/** In case a pause ends without a notification. */
const CHECK_MS = 15_000;

/**
 * The deliveries that may be offered. The others wait until the pause ends, and the explanation
 * says since when.
 *
 * @param active the active pauses of all merchants.
 */
export async function holdPaused<Row extends DeliveryRow>(
  { db, keyring, clock }: Pick<DeliveriesDeps, 'db' | 'keyring' | 'clock'>,
  rows: readonly Row[],
  active: readonly PauseRow[],
): Promise<readonly Row[]> {
  if (active.length === 0 && rows.every(({ pause_id: id }) => id === null)) return rows;
  const now = new Date(clock.nowMs());
  const marks: Parameters<typeof notePaused>[2][number][] = [];
  const free: Row[] = [];
  for (const row of rows) {
    const pause = pauseOf({ keyring }, row, active);
    if (pause === null) free.push(row);
    if (pause === null && row.pause_id === null) continue;
    const untilMs = pause?.until?.getTime() ?? Number.POSITIVE_INFINITY;
    const nextPassAtMs = Math.min(untilMs, now.getTime() + CHECK_MS);
    marks.push({
      shipmentId: row.shipment_id,
      pauseId: pause?.id ?? null,
      // Deliveries that are free again keep their schedule.
      nextPassAt: pause === null ? row.match_at : new Date(nextPassAtMs),
    });
  }
  if (marks.length > 0) await notePaused(db.pipeline, now, marks);
  return free;
}

/**
 * Which of these pauses covers its pickup; null: none. Of several, the one that lasts longest.
 * Pure.
 */
export function pauseOf(
  { keyring }: Pick<DeliveriesDeps, 'keyring'>,
  row: DeliveryRow,
  active: readonly PauseRow[],
): PauseRow | null {
  if (row.state !== 'open') return null;
  const mine = active.filter((p) => p.merchant_id === row.merchant_id && p.mode === row.mode);
  if (mine.length === 0) return null;
  const { origin } = openDetails(keyring, row);
  const lasts = ({ until }: PauseRow) => until?.getTime() ?? Number.POSITIVE_INFINITY;
  return mine
    .filter((pause) => isInArea(pause, origin))
    .reduce<PauseRow | null>(
      (longest, each) => (longest === null || lasts(each) > lasts(longest) ? each : longest),
      null,
    );
}
