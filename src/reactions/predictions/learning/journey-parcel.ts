import { z } from 'zod';
import {
  type Moment,
  type Parcel,
  pooledSender,
  severityOf,
  stopsFromJson,
} from '../../../prediction/index.ts';
import type { JourneyRow } from './journeys.sql.ts';

const DAY_MS = 86_400_000;
/**
 * The longest transit that is learned from. A longer one means a lost parcel or a wrong clock: a
 * few in a hundred would shift the mean, and every date with it.
 */
const TRANSIT_MS_MAX = 90 * DAY_MS;
/** The longest time between the label and the hand-over: nobody prints a label a year before. */
const LABEL_MS_MAX = 366 * DAY_MS;
/** How far a clock may be ahead of ours; by more it is wrong. */
const AHEAD_MS_MAX = DAY_MS;
/** The largest offset from UTC: no zone is farther away. */
const ZONE_MS_MAX = 15 * 3_600_000;
const PROMISED_DAYS_MAX = 366;
const TEXT_CHARS_MAX = 200;

const text = z
  .string()
  .catch('')
  .transform((value) => value.slice(0, TEXT_CHARS_MAX));
const nowhere = { country: '', region: '', postal: '', lat: null, lng: null };
const degrees = (most: number) => z.number().min(-most).max(most).nullable().catch(null);
/**
 * A place with the coordinates that were known while the parcel was on its way, so that a model
 * learns from the same data.
 */
const place = z
  .object({ country: text, region: text, postal: text, lat: degrees(90), lng: degrees(180) })
  .transform(({ lat, lng, ...known }) =>
    lat === null || lng === null ? { ...nowhere, ...known } : { ...known, lat, lng },
  )
  .catch(nowhere);

/**
 * Makes a parcel for learning. Null when its data are impossible: events before the hand-over, or
 * in the future, say nothing about the time in transit. Of invalid members that only describe the
 * parcel, those alone are left out. Pure.
 */
export function journeyParcel(row: JourneyRow, nowMs: number): Parcel | null {
  const latestMs = nowMs + AHEAD_MS_MAX;
  const handedOverAt = momentOf(row.handedOverMs, row.handedOverWallMs, latestMs);
  if (handedOverAt === null) return null;
  let deliveredAt: Moment | null = null;
  if (row.deliveredMs !== null) {
    deliveredAt = momentOf(row.deliveredMs, row.deliveredWallMs, latestMs);
    if (deliveredAt === null) return null;
    const transitMs = deliveredAt.instantMs - handedOverAt.instantMs;
    if (transitMs < 0 || transitMs > TRANSIT_MS_MAX) return null;
  }
  const weather = severityOf(row.weather);
  return {
    id: row.id,
    carrier: text.parse(row.carrier),
    serviceLevel: text.parse(row.serviceLevel),
    sender: pooledSender(row.merchant, text.parse(row.senderId)),
    origin: place.parse(row.origin),
    destination: place.parse(row.destination),
    weightG: row.weightG !== null && row.weightG >= 0 ? row.weightG : null,
    labelAt: labelOf(row, handedOverAt),
    handedOverAt,
    deliveredAt,
    promisedDay: promiseOf(row, handedOverAt),
    stops: stopsFromJson(row.stops),
    ...(weather === null ? {} : { weather }),
  };
}

function momentOf(instantMs: number, wallMs: number | null, latestMs: number): Moment | null {
  if (!Number.isFinite(instantMs) || instantMs > latestMs) return null;
  if (wallMs === null) return { instantMs, wallMs: instantMs };
  return Math.abs(wallMs - instantMs) <= ZONE_MS_MAX ? { instantMs, wallMs } : null;
}

function labelOf({ labelMs, labelWallMs }: JourneyRow, handedOverAt: Moment): Moment | null {
  if (labelMs === null) return null;
  const label = momentOf(labelMs, labelWallMs, handedOverAt.instantMs);
  const isOld = handedOverAt.instantMs - labelMs > LABEL_MS_MAX;
  return isOld ? null : label;
}

function promiseOf({ promisedDay: day }: JourneyRow, { wallMs }: Moment): number | null {
  if (day === null || !Number.isFinite(day)) return null;
  return Math.abs(day - wallMs / DAY_MS) <= PROMISED_DAYS_MAX ? day : null;
}
