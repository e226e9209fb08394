import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../../platform/database/database.ts';
import type { EventsDeps } from '../events/events-deps.ts';
import { routeOf } from './courier-parcels.sql.ts';

/**
 * Reports the courier's parcels as out for delivery, unless they already are, by scanning them as
 * loaded at the building that the courier leaves. Rejects if the scans could not be stored.
 * @returns how many were scanned
 */
export async function depart(
  deps: EventsDeps,
  tenant: Tenant,
  courierId: string,
  facilityCode: string,
): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const rows = await withTenant(deps.db.app, tenant, (tx) => routeOf(tx, courierId, nowMs + 1));
  const held = rows.filter(
    ({ held_since: since, done_at: done }) => since !== null && done === null,
  );
  const ids = held.flatMap(({ shipment_id: id }) => id ?? []);
  const infos = await deps.parcels.byIds(tenant, ids);
  const waiting = new Set(
    infos.flatMap(({ shipmentId, status }) => (WAITS.has(status) ? [shipmentId] : [])),
  );
  const scans = held.flatMap((row) =>
    waiting.has(row.shipment_id ?? '')
      ? [
          {
            scan: {
              tracking_number: row.tracking_number,
              code: 'LOAD',
              scanned_at: new Date(nowMs).toISOString(),
              facility_code: facilityCode,
              employee_id: wireId('courier', courierId),
            },
          },
        ]
      : [],
  );
  if (scans.length === 0) return 0;
  const sender = { tenant, facilityCodes: null, clockOffsetMs: null };
  const results = await deps.scans.take(sender, scans);
  return results.filter(({ outcome }) => outcome !== 'rejected').length;
}

/** Statuses of a parcel in the van that is not known to be out for delivery. */
const WAITS: ReadonlySet<string> = new Set(['created', 'picked_up', 'at_facility', 'in_transit']);
