import type { ShipmentEvent } from '../../events/event.ts';
import { groupEventTypes } from '../../events/event-types.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { withTenant } from '../../platform/database/database.ts';
import {
  type Shipment,
  shipmentsByIds,
  type TimelineEvent,
  type TrackingDeps,
} from '../../tracking/ports/shipments.ts';

/** What our events are in the webhooks of other services. */
export const WEBHOOK_EVENTS = groupEventTypes({
  created: ['shipment.created'],
  updated: [
    'shipment.status_changed',
    'shipment.corrected',
    'shipment.tracking_updated',
    'shipment.expired',
  ],
  revised: ['shipment.edd_changed'],
  // The others have no such event, or the events above say the same.
  unsent: [
    'shipment.delivered',
    'shipment.confirmed',
    'shipment.updated',
    'shipment.exception_opened',
    'shipment.exception_updated',
    'shipment.exception_resolved',
    'delivery_request.resolved',
    'shipment.delay_predicted',
    'shipment.proof_added',
    'shipment.arriving',
    'shipment.assigned',
    'shipment.unassigned',
    'shipment.unassignable',
    'shipment.deleted',
    'carrier_account.health_changed',
    'carrier_account.push_changed',
    'carrier_account.verification_changed',
    'webhook_endpoint.disabled',
    'shop.disabled',
    'shipment.delivery_withdrawn',
    'courier.silent',
  ],
});

/** An event, and its shipment with the state right after it. */
export interface EventWithShipment {
  readonly event: ShipmentEvent;
  readonly shipment: Shipment;
}

/**
 * Reads the shipments of events, a tenant at a time. Those that were deleted since are left out,
 * with their events.
 */
export async function shipmentsAsOf(
  { db }: Pick<TrackingDeps, 'db'>,
  events: readonly ShipmentEvent[],
): Promise<readonly (readonly [Tenant, readonly EventWithShipment[]])[]> {
  const byTenant = new Map<string, ShipmentEvent[]>();
  for (const event of events) {
    const { merchantId, mode } = event.tenant;
    const name = `${merchantId} ${mode}`;
    byTenant.set(name, [...(byTenant.get(name) ?? []), event]);
  }
  return Promise.all(
    [...byTenant.values()].map(async (all) => {
      const tenant = all[0]?.tenant as Tenant;
      const ids = [...new Set(all.map(({ subjectId }) => subjectId))];
      const shipments = await withTenant(db.app, tenant, (tx) => shipmentsByIds(tx, ids));
      const byId = new Map(shipments.map((shipment) => [shipment.id, shipment]));
      const found = all.flatMap((event) => {
        const shipment = byId.get(event.subjectId);
        return shipment === undefined ? [] : [{ event, shipment: asOf(shipment, event) }];
      });
      return [tenant, found] as const;
    }),
  );
}

/** The shipment with the state that the event logged; members of older entries stay as they are. */
function asOf(shipment: Shipment, { data, occurredAtMs }: ShipmentEvent): Shipment {
  const { status, sub_status: subStatus = null, last_event_at: lastEventAt } = data;
  return {
    ...shipment,
    updatedAtMs: occurredAtMs,
    state: {
      ...shipment.state,
      status,
      subStatus,
      expired: data.expired ?? false,
      lastEventAtMs:
        lastEventAt === undefined
          ? shipment.state.lastEventAtMs
          : lastEventAt === null
            ? null
            : Date.parse(lastEventAt),
    },
  };
}

/** Those events of a timeline that had happened by the shipment's last one. */
export function eventsAsOf<Event extends TimelineEvent>(
  { state }: Shipment,
  events: readonly Event[],
): readonly Event[] {
  const { lastEventAtMs } = state;
  if (lastEventAtMs === null) return [];
  return events.filter(
    ({ occurredAt }) => occurredAt === null || Date.parse(occurredAt) <= lastEventAtMs,
  );
}
