import { metresBetween } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import {
  ACCURACY_M,
  AT_MS,
  createRowSpace,
  LAT,
  LNG,
  type Row,
  readPositionAt,
  writePosition,
} from '../intake/courier-table.ts';
import type { Position } from '../intake/position.ts';
import { ACCURACY_MAX_M, AGREED_MIN, isReachable, SHOWN_MS_MAX, VERDICTS } from '../judge-fix.ts';

/** A courier in this process's store: a row of numbers, overwritten by each position. */
export interface CachedCourier extends Row {
  readonly courierId: string;
  readonly tenant: Tenant;
  /** Whether the store has dropped it: the next position starts over, and the row may be reused. */
  isGone: boolean;
}

/**
 * Indices after the shown place: when it arrived; the jump that may be accepted later; what other
 * processes got.
 */
const RECEIVED_MS = 7;
const DOUBTED_MS = 8;
const DOUBTED_LAT = 9;
const DOUBTED_LNG = 10;
const AGREED = 11;
const SENT_MS = 12;
const SENT_LAT = 13;
const SENT_LNG = 14;
const ROW = 16;

const NEVER = Number.NEGATIVE_INFINITY;

/** Allocates and frees rows. */
export function createRows(): {
  take(tenant: Tenant, courierId: string): CachedCourier;
  free(cached: CachedCourier): void;
} {
  const space = createRowSpace(ROW);
  return {
    take(tenant, courierId) {
      const { rows, from } = space.take();
      for (const at of [AT_MS, DOUBTED_MS, SENT_MS]) rows[from + at] = NEVER;
      return { courierId, tenant, rows, from, isGone: false };
    },
    free(cached) {
      if (cached.isGone) return;
      cached.isGone = true;
      space.free(cached);
    },
  };
}

const SHOWN = VERDICTS.indexOf('shown');
const OLDER = VERDICTS.indexOf('older');
const INACCURATE = VERDICTS.indexOf('inaccurate');
const JUMP = VERDICTS.indexOf('jump');

/**
 * Judges a position like `judgeNext`, on a row of numbers; a test compares the two.
 * @param at where the position's numbers begin in `values`
 * @returns the verdict's index in `VERDICTS`
 */
export function judgeCached(
  { rows, from }: CachedCourier,
  values: Float64Array,
  at: number,
  nowMs: number,
): number {
  const atMs = values[at + AT_MS] as number;
  const shownMs = rows[from + AT_MS] as number;
  if (atMs <= shownMs) return OLDER;
  // NaN: the device did not report it.
  if ((values[at + ACCURACY_M] as number) > ACCURACY_MAX_M) return INACCURATE;
  const lat = values[at + LAT] as number;
  const lng = values[at + LNG] as number;
  const passedMs = atMs - shownMs;
  let isShown =
    passedMs > SHOWN_MS_MAX ||
    isReachable(rows[from + LAT] as number, rows[from + LNG] as number, lat, lng, passedMs);
  if (!isShown) {
    const doubtedMs = rows[from + DOUBTED_MS] as number;
    if (atMs <= doubtedMs) return JUMP;
    const doubtedLat = rows[from + DOUBTED_LAT] as number;
    const doubtedLng = rows[from + DOUBTED_LNG] as number;
    const agrees =
      doubtedMs !== NEVER && isReachable(doubtedLat, doubtedLng, lat, lng, atMs - doubtedMs);
    const agreed = agrees ? (rows[from + AGREED] as number) + 1 : 1;
    isShown = agreed >= AGREED_MIN;
    if (!isShown) {
      rows[from + DOUBTED_MS] = atMs;
      rows[from + DOUBTED_LAT] = lat;
      rows[from + DOUBTED_LNG] = lng;
      rows[from + AGREED] = agreed;
      return JUMP;
    }
  }
  for (let index = 0; index < RECEIVED_MS; index += 1)
    rows[from + index] = values[at + index] as number;
  rows[from + RECEIVED_MS] = nowMs;
  rows[from + DOUBTED_MS] = NEVER;
  rows[from + AGREED] = 0;
  return SHOWN;
}

/** The courier's place; null: none. */
export function placeOf({
  courierId,
  tenant,
  rows,
  from,
  isGone,
}: CachedCourier): CourierPlace | null {
  if (isGone || rows[from + AT_MS] === NEVER) return null;
  const receivedAtMs = rows[from + RECEIVED_MS] as number;
  return { courierId, tenant, position: readPositionAt(rows, from), receivedAtMs };
}

/** Restores a courier's place, unless a newer one is known. */
export function restorePlace(
  cached: CachedCourier,
  { position, receivedAtMs }: CourierPlace,
): void {
  const { rows, from } = cached;
  if ((rows[from + AT_MS] as number) >= position.atMs) return;
  writePosition(rows, from, position);
  rows[from + RECEIVED_MS] = receivedAtMs;
  rows[from + DOUBTED_MS] = NEVER;
  rows[from + AGREED] = 0;
}

/** A move since the last place sent to others that makes it worth recomputing arrivals. */
const MOVED_M = 100;
const MOVED_MS = 30_000;
/** Slightly more than the longest degree on Earth. */
const DEGREE_M_MOST = 111_320;

/** An instant and a place, as sent to others. */
type SentPlace = Pick<CourierPlace['position'], 'atMs' | 'lat' | 'lng'>;

/** Whether the courier moved so far, or so long ago, that it is worth recomputing arrivals. */
export function isMove(before: SentPlace, now: SentPlace): boolean {
  if (now.atMs - before.atMs >= MOVED_MS) return true;
  // No path is longer than along both axes: this saves nearly all of them trigonometry.
  const aroundM = DEGREE_M_MOST * (Math.abs(now.lat - before.lat) + Math.abs(now.lng - before.lng));
  return aroundM >= MOVED_M && metresBetween(before, now) >= MOVED_M;
}

/** Whether the courier's place is new enough to send to others again. */
export function isNewForOthers({ rows, from }: CachedCourier): boolean {
  const sentMs = rows[from + SENT_MS] as number;
  if ((rows[from + AT_MS] as number) - sentMs >= MOVED_MS) return true;
  const lat = rows[from + LAT] as number;
  const lng = rows[from + LNG] as number;
  const sentLat = rows[from + SENT_LAT] as number;
  const sentLng = rows[from + SENT_LNG] as number;
  const aroundM = DEGREE_M_MOST * (Math.abs(lat - sentLat) + Math.abs(lng - sentLng));
  return (
    aroundM >= MOVED_M && metresBetween({ lat, lng }, { lat: sentLat, lng: sentLng }) >= MOVED_M
  );
}

/** The last place sent to others; null: none. */
export function lastSentOf({ rows, from, isGone }: CachedCourier): SentPlace | null {
  const atMs = rows[from + SENT_MS] as number;
  if (isGone || atMs === NEVER) return null;
  return { atMs, lat: rows[from + SENT_LAT] as number, lng: rows[from + SENT_LNG] as number };
}

/** Notes the place that was sent to other processes, unless the store has dropped the courier. */
export function noteSent(
  { rows, from, isGone }: CachedCourier,
  { atMs, lat, lng }: SentPlace,
): void {
  if (isGone) return;
  rows[from + SENT_MS] = atMs;
  rows[from + SENT_LAT] = lat;
  rows[from + SENT_LNG] = lng;
}

/** A courier's place that may be shown. */
export interface CourierPlace {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly position: Position;
  /** When it arrived, epoch ms. */
  readonly receivedAtMs: number;
  /** Whether it is shown as old; only readers' places have it. */
  readonly isOld?: boolean;
}
