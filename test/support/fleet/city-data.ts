import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/**
 * Real trails, taxis and vans. They are beside the repository, if at all: their licence permits
 * evaluation, not distribution.
 */
const SHARED = process.env['WAYBILL_SHARED'] ?? join(import.meta.dirname, '../../../../shared');

export const VAN_TRAILS = join(SHARED, 'data/trails/goal-train.csv.gz');
export const TAXI_DAY = join(SHARED, 'data/cabspotting/day-2008-05-21.csv.gz');
export const TAXI_TRIPS = join(SHARED, 'data/cabspotting/trips-train.csv.gz');
export const TAXI_PINGS = join(SHARED, 'data/cabspotting/trip-pings-train.csv.gz');

/** Whether the file exists. Reports if it does not: a skipped test has shown nothing. */
export function isThere(file: string): boolean {
  if (existsSync(file)) return true;
  process.stderr.write(`SKIPPED: ${file} is not there (set WAYBILL_SHARED)\n`);
  return false;
}

/** Its lines without the header. */
export function linesOf(file: string): readonly string[] {
  return gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n').slice(1);
}
