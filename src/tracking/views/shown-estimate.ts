import { isTerminal, mayArrive } from '../../kernel/status.ts';
import { dayIn, wallClockAt } from '../../kernel/time/zoned-time.ts';
import type { FoldEstimate } from '../fold/fold-input.ts';
import type {
  EstimateOverride,
  MovedDay,
  PredictedDelivery,
  Shipment,
  ShownEstimate,
} from '../shipment.ts';

/**
 * Returns the estimate to show: the hub's if there is one, else the carrier's unless its day is
 * over; null for a parcel that will not arrive any more. Pure.
 */
export function shownEstimate(
  shipment: Pick<Shipment, 'state' | 'predicted'>,
): ShownEstimate | null {
  const { status, subStatus } = shipment.state;
  if (!mayArrive(status, subStatus)) return null;
  const ours = currentPrediction(shipment);
  if (ours === null) return isOver(shipment) ? null : shipment.state.estimatedDelivery;
  const { date, from, to, source, confidence, late, stopsBefore, arriving } = ours;
  return {
    date,
    from,
    to,
    source,
    confidence,
    ...(late ? { late } : {}),
    ...(stopsBefore === undefined ? {} : { stopsBefore }),
    ...(arriving ? { arriving } : {}),
  };
}

/**
 * Returns the day that a shipment under way is or was expected: the day that is shown, else the
 * last one that is over. Null for an ended shipment, and for one without an estimate.
 */
export function dueOn(shipment: Pick<Shipment, 'state' | 'predicted'>): string | null {
  const { state, predicted } = shipment;
  const isExpected = mayArrive(state.status, state.subStatus);
  return shownEstimate(shipment)?.date ?? (isExpected ? (predicted?.passed ?? null) : null);
}

const DAY_MS = 86_400_000;

/**
 * Returns by how many days a shipment is, or was, later than promised; without a promise, later
 * than the carrier had announced. Null if it is not late. Pure.
 *
 * @param today at the destination.
 */
export function daysLate(
  shipment: Pick<Shipment, 'state' | 'predicted' | 'promisedDate' | 'destinationZone'>,
  today: string,
): number | null {
  const { state, predicted, promisedDate, destinationZone } = shipment;
  const arrived =
    state.status === 'delivered' && state.deliveredAtMs !== null
      ? dayIn(destinationZone ?? state.eventZone ?? 'UTC', state.deliveredAtMs)
      : null;
  const due = dueOn(shipment);
  if (arrived === null && !mayArrive(state.status, state.subStatus)) return null;
  const expectedDay = promisedDate ?? predicted?.passed ?? (arrived === null ? due : null);
  if (expectedDay === null) return null;
  const endDay = arrived ?? (due !== null && due > today ? due : today);
  const days = Math.round((Date.parse(endDay) - Date.parse(expectedDay)) / DAY_MS);
  return days > 0 ? days : null;
}

/**
 * Returns the day shown before the current one, if any, and why it moved; null if the carrier's
 * date applies, or the day did not move.
 */
export function movedEstimate(
  shipment: Pick<Shipment, 'state' | 'predicted'>,
): { readonly previous: FoldEstimate | null; readonly why: MovedDay['why'] } | null {
  const moved = currentPrediction(shipment)?.moved ?? null;
  if (moved === null) return null;
  const { from, why } = moved;
  return { previous: from === null ? null : { date: from, from: null, to: null }, why };
}

/**
 * Returns the override for a page that several merchants' parcels share: without an estimate of the
 * hub's, and without a day that is over for each of them.
 */
export function overrideForAll(all: readonly (EstimateOverride | null)[]): EstimateOverride | null {
  const passed = all.map((each) => each?.passed ?? '');
  const [least = ''] = passed.toSorted();
  return least === '' ? null : { date: null, passed: least };
}

/**
 * Returns the override that applies now: the stored one, or, if the carrier's date would be shown
 * and is over by now, one without a date.
 */
export function overrideAt(
  shipment: Pick<Shipment, 'state' | 'mode' | 'predicted' | 'destinationZone'>,
  nowMs: number,
): EstimateOverride | null {
  const announced = shipment.state.estimatedDelivery;
  if (announced === null || shownEstimate(shipment) !== announced) return shipment.predicted;
  const passed = passedEstimate(shipment, shipment.destinationZone, nowMs);
  return passed === null ? shipment.predicted : { date: null, passed };
}

/**
 * Returns the hub's estimate, if it applies. One that only repeats the carrier's date is outdated
 * when the carrier changes it.
 */
function currentPrediction({
  state,
  predicted,
}: Pick<Shipment, 'state' | 'predicted'>): PredictedDelivery | null {
  if (predicted === null || predicted.date === null) return null;
  const isStale =
    predicted.source === 'carrier' && predicted.date !== state.estimatedDelivery?.date;
  return isStale ? null : predicted;
}

/** Whether the carrier's estimate is only for days that are known to be over. */
function isOver({ state, predicted }: Pick<Shipment, 'state' | 'predicted'>): boolean {
  const { estimatedDelivery: announced } = state;
  return announced !== null && lastDayOf(announced) <= (predicted?.passed ?? '');
}

/**
 * Whether the day changed. Its hours, window and confidence do not count, because they change with
 * every scan.
 */
export function isOtherDay(was: ShownEstimate | null, is: ShownEstimate | null): boolean {
  return was?.date !== is?.date;
}

/** Whether hours within the day are named for the first time, or no longer. */
export function isOtherDetail(was: ShownEstimate | null, is: ShownEstimate | null): boolean {
  return was !== null && is !== null && hasHours(was) !== hasHours(is);
}

function hasHours({ from, to }: FoldEstimate): boolean {
  return [from, to].some((time) => time?.includes('T') === true);
}

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
