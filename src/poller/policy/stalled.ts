import type { HazardTables } from '../hazard/compile.ts';
import type { ParcelView } from './policy.ts';

const HOUR_MS = 3_600_000;

/**
 * Returns the milliseconds without an update after which a parcel counts as stalled: 99 of 100
 * parcels of its kind (carrier, service, status) have had one by then.
 */
export function stalledAfterMs(
  { carrier, service, status }: Pick<ParcelView, 'carrier' | 'service' | 'status'>,
  tables: HazardTables,
): number {
  return tables.cellOf(carrier, service, status).silenceP99H * HOUR_MS;
}
