import type { CourierNote, CustodyPeriod } from '../../kernel/custody.ts';
import { isTerminal } from '../../kernel/status.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { wireId } from '../../kernel/wire/wire-ids.ts';
import { withTenant } from '../../platform/database/database.ts';
import type { CourierMachines, EventsDeps } from './deps.ts';
import { courierNotes, listEvents, type SentEvent } from './events/list-events.ts';
import { createDriverEvents, type DriverEvents } from './events/take-events.ts';
import { courierById } from './people/couriers.sql.ts';
import { unsealCourier } from './people/couriers.ts';
import { type AssignOutcome, assignChosen } from './route/assign-parcels.ts';
import { parcelsOfShipment, routeOf } from './route/courier-parcels.sql.ts';
import { type HandInOutcome, handIn, type NewDay, reschedule } from './route/hand-in.ts';
import { type CourierRoute, courierRoute } from './route/route.ts';
import {
  type HandoverOutcome,
  handOver,
  type RouteEntry,
  type RouteOutcome,
  writeRoute,
} from './route/write-route.ts';

/** The operations on routes and custody, and on what couriers report. */
export interface Work {
  readonly events: DriverEvents;
  /** The courier's route; null: no such courier. */
  route(tenant: Tenant, courierId: string): Promise<CourierRoute | null>;
  writeRoute(
    tenant: Tenant,
    courierId: string,
    entries: readonly RouteEntry[],
  ): Promise<RouteOutcome>;
  /**
   * Appends own couriers' parcels that nobody has to a route, whatever shift and capacity; returns
   * the outcome of each, in order. Others, and ended ones, are `taken`.
   */
  assign(
    tenant: Tenant,
    courierId: string,
    shipmentIds: readonly string[],
  ): Promise<readonly AssignOutcome[]>;
  handOver(
    tenant: Tenant,
    from: string,
    what: { readonly to: string; readonly shipmentIds: readonly string[] | null },
  ): Promise<HandoverOutcome>;
  /** Checks in a courier's parcels at a building. Rejects if the scans could not be stored. */
  handIn(
    tenant: Tenant,
    courierId: string,
    what: { readonly facilityCode: string; readonly shipmentIds: readonly string[] | null },
  ): Promise<HandInOutcome>;
  /** Reports the courier's parcels as out for delivery; returns how many were not yet. */
  depart(tenant: Tenant, courierId: string, facilityCode: string): Promise<number>;
  /** Moves a parcel to another day; returns false if it was on no route. */
  reschedule(tenant: Tenant, wanted: NewDay): Promise<boolean>;
  /** The notes that couriers wrote about a parcel, oldest first. */
  notes(tenant: Tenant, shipmentId: string): Promise<CourierNote[]>;
  /** Custody of a parcel, oldest first: planned, current and past. */
  custody(tenant: Tenant, shipmentId: string): Promise<CustodyPeriod[]>;
  /** The events that a courier's devices sent, newest first; null: no such courier. */
  sent(
    tenant: Tenant,
    courierId: string,
    filter: { readonly refusedOnly: boolean },
  ): Promise<SentEvent[] | null>;
}

/** Creates the operations on routes, custody and couriers' reports. */
export function createWork(deps: EventsDeps): Work {
  return {
    events: createDriverEvents(deps),
    route: (tenant, courierId) => courierRoute(deps, tenant, courierId),
    writeRoute: (tenant, courierId, entries) => writeRoute(deps, tenant, courierId, entries),
    async assign(tenant, courierId, shipmentIds) {
      const infos = await deps.parcels.byIds(tenant, shipmentIds);
      const open = infos.filter(({ status }) => !isTerminal(status));
      const outcomes = await assignChosen(deps, tenant, courierId, open);
      const byId = new Map(open.map(({ shipmentId }, index) => [shipmentId, outcomes[index]]));
      return shipmentIds.map((id) => byId.get(id) ?? { kind: 'taken' });
    },
    handOver: (tenant, from, what) => handOver(deps, tenant, from, what),
    handIn: (tenant, courierId, what) => handIn(deps, tenant, courierId, what),
    depart: (tenant, courierId, code) => depart(deps, tenant, courierId, code),
    reschedule: (tenant, wanted) => reschedule(deps, tenant, wanted),
    notes: (tenant, shipmentId) => courierNotes(deps, tenant, shipmentId),
    custody: (tenant, shipmentId) => custodyOf(deps, tenant, shipmentId),
    sent: (tenant, courierId, filter) => listEvents(deps, tenant, courierId, filter),
  };
}

/** Limit of what is read; a parcel changes hands only a few times. */
const PERIODS_MAX = 100;

/** The custody of a parcel, oldest first: planned, current and past, over the last few months. */
async function custodyOf(
  { db, keyring }: Pick<CourierMachines, 'db' | 'keyring'>,
  tenant: Tenant,
  shipmentId: string,
): Promise<CustodyPeriod[]> {
  return withTenant(db.app, tenant, async (tx) => {
    const rows = await parcelsOfShipment(tx, shipmentId, PERIODS_MAX);
    const names = new Map<string, string>();
    for (const id of new Set(rows.map(({ courierId: id }) => id))) {
      const courier = await courierById(tx, id);
      if (courier !== null) names.set(id, unsealCourier(keyring, courier).name);
    }
    return rows.map((row) => ({
      courierId: row.courierId,
      name: names.get(row.courierId) ?? null,
      assignedAtMs: row.assignedAtMs,
      heldSinceMs: row.heldSinceMs,
      doneAtMs: row.doneAtMs,
      doneWhy: row.doneWhy,
    }));
  });
}

/**
 * Reports the courier's parcels as out for delivery, unless they already are, by scanning them as
 * loaded at the building that the courier leaves. Rejects if the scans could not be stored.
 * @returns how many were scanned
 */
async function depart(
  deps: EventsDeps,
  tenant: Tenant,
  courierId: string,
  facilityCode: string,
): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const rows = await withTenant(deps.db.app, tenant, (tx) => routeOf(tx, courierId, nowMs + 1));
  const held = rows.filter(
    ({ heldSinceMs: since, doneAtMs: done }) => since !== null && done === null,
  );
  const ids = held.flatMap(({ shipmentId: id }) => id ?? []);
  const infos = await deps.parcels.byIds(tenant, ids);
  const notOutYet = new Set(
    infos.flatMap(({ shipmentId, status }) => (NOT_OUT_YET.has(status) ? [shipmentId] : [])),
  );
  const scans = held.flatMap((row) =>
    notOutYet.has(row.shipmentId ?? '')
      ? [
          {
            scan: {
              tracking_number: row.trackingNumber,
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

/** Statuses in which a parcel that a courier holds is not reported as out for delivery yet. */
const NOT_OUT_YET: ReadonlySet<string> = new Set([
  'created',
  'picked_up',
  'at_facility',
  'in_transit',
]);
