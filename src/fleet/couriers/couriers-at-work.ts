import type { CourierNote, CustodyPeriod } from '../../kernel/custody.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { EventsDeps } from './events/events-deps.ts';
import { courierNotes, listEvents, type SentEvent } from './events/list-events.ts';
import { createDriverEvents, type DriverEvents } from './events/take-events.ts';
import { custodyOf } from './route/custody-of.ts';
import { depart } from './route/depart.ts';
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
    handOver: (tenant, from, what) => handOver(deps, tenant, from, what),
    handIn: (tenant, courierId, what) => handIn(deps, tenant, courierId, what),
    depart: (tenant, courierId, code) => depart(deps, tenant, courierId, code),
    reschedule: (tenant, wanted) => reschedule(deps, tenant, wanted),
    notes: (tenant, shipmentId) => courierNotes(deps, tenant, shipmentId),
    custody: (tenant, shipmentId) => custodyOf(deps, tenant, shipmentId),
    sent: (tenant, courierId, filter) => listEvents(deps, tenant, courierId, filter),
  };
}
