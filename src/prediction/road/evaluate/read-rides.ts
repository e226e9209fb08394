import { csvRows, planCsvHeader } from '../../../kernel/wire/csv.ts';
import { sunClockMs } from '../ride/ride.ts';
import type { RoadFix } from '../under-way/under-way.ts';
import type { ListedRide } from './backtest-rides.ts';

/** An unusable row or file; `line` counts from 1. */
interface RoadFault {
  readonly line: number;
  readonly reason: string;
}

export type RoadRows<T> =
  | { readonly ok: true; readonly rows: readonly T[]; readonly faults: readonly RoadFault[] }
  | ({ readonly ok: false } & RoadFault);

const RIDE_COLUMNS = [
  'trip',
  'start_ts',
  'start_lat',
  'start_lng',
  'end_ts',
  'end_lat',
  'end_lng',
] as const;
const COURIER_COLUMNS = ['courier_id', 'cab_id'] as const;
const FIX_COLUMNS = ['trip', 'ts', 'lat', 'lng'] as const;
const MINUTES_MAX = 24 * 60;

/**
 * Rides as CSV: `trip`, `start_ts`, `start_lat`, `start_lng`, `end_ts`, `end_lat`, `end_lng` and,
 * where known, `courier_id` or `cab_id`. Times are Unix seconds; an empty `end_ts` is a ride that
 * has not ended. Other columns are ignored: some contain what is only known afterwards.
 */
export function readRides(text: string): RoadRows<ListedRide> {
  return readRows(text, RIDE_COLUMNS, COURIER_COLUMNS, (cell) => {
    const id = cell('trip');
    const startS = cell('start_ts');
    const endS = cell('end_ts');
    const from = pointOf(cell('start_lat'), cell('start_lng'), 'start');
    const to = pointOf(cell('end_lat'), cell('end_lng'), 'end');
    const atMs = millisOf(startS);
    const endMs = endS === '' ? null : millisOf(endS);
    if (id === '') return 'it has no trip';
    if (typeof from === 'string') return from;
    if (typeof to === 'string') return to;
    if (!Number.isFinite(atMs)) return `start_ts is "${startS}"; expected Unix seconds`;
    if (Number.isNaN(endMs)) return `end_ts is "${endS}"; expected Unix seconds, or nothing`;
    if (endMs !== null && !(endMs > atMs && endMs - atMs <= MINUTES_MAX * 60_000))
      return `it took ${(endMs - atMs) / 60_000} min; expected more than 0, up to a day`;
    const courier = cell('courier_id') || cell('cab_id') || null;
    return { id, courier, atMs, wallMs: sunClockMs(atMs, from.lng), from, to, endMs };
  });
}

/** Fixes as CSV: `trip`, `ts` (Unix seconds), `lat`, `lng`; any number of trips, in any order. */
export function readFixes(text: string): RoadRows<RoadFix & { readonly trip: string }> {
  return readRows(text, FIX_COLUMNS, [], (cell) => {
    const trip = cell('trip');
    const ts = cell('ts');
    const atMs = millisOf(ts);
    const point = pointOf(cell('lat'), cell('lng'), '');
    if (trip === '') return 'it has no trip';
    if (typeof point === 'string') return point;
    if (!Number.isFinite(atMs)) return `ts is "${ts}"; expected Unix seconds`;
    return { trip, atMs, ...point };
  });
}

function readRows<T, Column extends string>(
  text: string,
  required: readonly Column[],
  optional: readonly Column[],
  read: (cell: (column: Column) => string) => T | string,
): RoadRows<T> {
  const parsed = csvRows(text);
  if (!parsed.ok) return { ok: false, line: parsed.line, reason: 'a quote is never closed' };
  const [first, ...rest] = parsed.rows;
  if (first === undefined)
    return { ok: false, line: 1, reason: `is empty; expected ${required.join(', ')}` };
  const { missing, cell } = planCsvHeader(first.fields, { required, optional });
  if (missing.length > 0)
    return { ok: false, line: 1, reason: `has no column ${missing.join(', ')}` };
  const rows: T[] = [];
  const faults: RoadFault[] = [];
  for (const { line, fields } of rest) {
    const found = read((column) => cell(fields, column));
    if (typeof found === 'string') faults.push({ line, reason: found });
    else rows.push(found);
  }
  return { ok: true, rows, faults };
}

function millisOf(text: string): number {
  return text === '' ? Number.NaN : Number(text) * 1_000;
}

function pointOf(lat: string, lng: string, where: string) {
  for (const [name, text, limit] of [
    ['lat', lat, 90],
    ['lng', lng, 180],
  ] as const) {
    const number = text === '' ? Number.NaN : Number(text);
    if (Math.abs(number) <= limit) continue;
    const column = where === '' ? name : `${where}_${name}`;
    return `${column} is "${text}"; expected a number from -${limit} to ${limit}`;
  }
  return { lat: Number(lat), lng: Number(lng) };
}
