import { z } from 'zod';
import { isStatus } from '../../kernel/status.ts';
import { type ParcelStop, STOPS_MAX } from './parcel.ts';

const TEXT_CHARS_MAX = 60;
/** No zone is farther from UTC. */
const ZONE_MS_MAX = 15 * 3_600_000;
const ESTIMATE_DAYS_MAX = 366;
const DAY_MS = 86_400_000;

/** A stop as it is stored: short, as a parcel has many. */
type StoredStop = readonly [
  status: string,
  instantMs: number,
  wallMs: number,
  country: string | null,
  facility: string | null,
  estimateDay: number | null,
];

/** The newest stops of a parcel, at most `STOPS_MAX`, in their stored form. */
export function stopsToJson(stops: readonly ParcelStop[]): StoredStop[] {
  return stops
    .slice(-STOPS_MAX)
    .map(({ at, status, country, facility, estimateDay }) => [
      status,
      at.instantMs,
      at.wallMs,
      country === '' ? null : country,
      facility === '' ? null : facility.slice(0, TEXT_CHARS_MAX),
      estimateDay,
    ]);
}

const text = z
  .string()
  .catch('')
  .transform((value) => value.slice(0, TEXT_CHARS_MAX));

const storedStop = z.tuple([
  z.string().refine(isStatus),
  z.number(),
  z.number(),
  text,
  text,
  z.number().int().nullable().catch(null),
]);

/** Reads the output of `stopsToJson`; skips whatever is not a stop. */
export function stopsFromJson(value: unknown): ParcelStop[] {
  if (!Array.isArray(value)) return [];
  return value.slice(-STOPS_MAX).flatMap((item: unknown): ParcelStop[] => {
    const read = storedStop.safeParse(item);
    if (!read.success) return [];
    const [status, instantMs, wallMs, country, facility, day] = read.data;
    if (!isStatus(status) || Math.abs(instantMs - wallMs) > ZONE_MS_MAX) return [];
    const isNear = day !== null && Math.abs(day - wallMs / DAY_MS) <= ESTIMATE_DAYS_MAX;
    const estimateDay = isNear ? day : null;
    return [{ at: { instantMs, wallMs }, status, country, facility, estimateDay }];
  });
}
