import { isTerminal } from '../../kernel/status.ts';
import { wallClockAt } from '../../kernel/time/zoned-time.ts';
import type { FoldEstimate } from '../fold/fold-input.ts';
import type { Shipment } from '../shipment.ts';

const DAY_CHARS = 10;
/** The last time zone on earth in which a day begins (with POSIX's sign). */
const WESTERNMOST = 'Etc/GMT+12';
/** A test parcel whose last event is older than this replays an old report. */
const REPLAYED_AFTER_MS = 45 * 86_400_000;

/** Returns the last day of an estimate: the end of its window, or its day. */
export function lastDayOf({ date, to }: Pick<FoldEstimate, 'date' | 'to'>): string {
  const end = to?.slice(0, DAY_CHARS) ?? '';
  return /^\d{4}-\d{2}-\d{2}$/.test(end) && end > date ? end : date;
}

/**
 * Returns the carrier's last day if it is over at the destination, so that it must not be shown any
 * more. Null if it is not over, or stays visible anyway: that applies to ended parcels, and to test
 * parcels that replay old reports, because sandboxes answer with old ones. Pure.
 *
 * @param zone IANA zone of the destination; null means that the day is over when it is over
 * everywhere.
 */
export function passedEstimate(
  { state, mode }: Pick<Shipment, 'state' | 'mode'>,
  zone: string | null,
  nowMs: number,
): string | null {
  const { estimatedDelivery: estimate, lastEventAtMs, status } = state;
  if (estimate === null || isTerminal(status)) return null;
  const isReplayed = lastEventAtMs !== null && nowMs - lastEventAtMs > REPLAYED_AFTER_MS;
  if (mode === 'test' && isReplayed) return null;
  const now = new Date(nowMs).toISOString();
  const today = wallClockAt(now, zone ?? WESTERNMOST) ?? wallClockAt(now, WESTERNMOST);
  const last = lastDayOf(estimate);
  return today !== null && last < today.slice(0, DAY_CHARS) ? last : null;
}
