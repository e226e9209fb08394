import type { HazardTables } from '../hazard/compile.ts';
import type { ParcelView } from './policy.ts';

const HOUR_MS = 3_600_000;

/**
 * Milliseconds of silence since the newest fact after which a parcel counts as stalled: 99 of 100
 * parcels of its lane (carrier, service, status) have had an update by then.
 */
export function stalledAfterMs(
  { carrier, service, status }: Pick<ParcelView, 'carrier' | 'service' | 'status'>,
  tables: HazardTables,
): number {
  return tables.cellOf(carrier, service, status).silenceP99H * HOUR_MS;
}
