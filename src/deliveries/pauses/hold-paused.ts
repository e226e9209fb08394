import type { DeliveriesDeps } from '../deps.ts';
import { openDetails } from '../details.ts';
import type { DeliveryRow } from '../store/deliveries.sql.ts';
import { isInArea } from './paused-area.ts';
import { notePaused, type PauseRow } from './pauses.sql.ts';

/** Should a pause end without a word. */
const CHECK_MS = 15_000;

/**
 * Those for which couriers may be asked. The others wait: they are looked at again when the pause ends,
 * and the explanation says since when.
 *
 * @param active what is paused, everybody's.
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
      // What is free is looked at as it would have been.
      nextPassAt: pause === null ? row.match_at : new Date(nextPassAtMs),
    });
  }
  if (marks.length > 0) await notePaused(db.pipeline, now, marks);
  return free;
}

/** In which of these it waits to be fetched; null: in none. Of several the one that lasts longest. Pure. */
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
