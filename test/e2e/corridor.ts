import { createTestHub, signingKey, type TestHub } from '../../src/http/testing/test-hub.ts';
import type { Tenant } from '../../src/kernel/tenant.ts';
import {
  deleteShipment,
  explainShipment,
  registerShipment,
  type ShipmentState,
  type TimelineEvent,
  viewShipment,
} from '../../src/tracking/ports/shipments.ts';
import type { Expected } from './expectations/expected.ts';

/** The whole path of a push, from a carrier's POST to what a merchant sees, on the real server. */
export interface Corridor {
  readonly hub: TestHub;
  register(carrier: string, number: string): Promise<string>;
  /** Posts a body as the carrier would, signed or with its secret, a second after the last. */
  post(carrier: string, body: string): Promise<number>;
  publicState(shipmentId: string): Promise<PublicState>;
  /** Frees the number for another test. */
  forget(shipmentId: string): Promise<void>;
  close(): Promise<void>;
}

export interface PublicState {
  readonly state: Expected;
  readonly confirmed: boolean;
  /** All facts, including hidden ones. */
  readonly factCount: number;
  /** Sequence number in the shipment's own log: grows with each change. */
  readonly sequence: number;
}

/** After every event in the fixtures, so that nothing is in the future. */
const NOW_MS = Date.UTC(2026, 10, 20, 12);

export async function openCorridor(): Promise<Corridor> {
  const hub = await createTestHub();
  hub.clock.set(NOW_MS);
  const { tenant } = await hub.newKey();
  return {
    hub,
    register: (carrier, number) => register(hub, tenant, carrier, number),
    post: (carrier, body) => post(hub, carrier, body),
    publicState: (shipmentId) => publicState(hub, tenant, shipmentId),
    forget: async (shipmentId) => {
      await deleteShipment(hub.tracking, tenant, shipmentId);
    },
    close: () => hub.close(),
  };
}

async function register(
  hub: TestHub,
  tenant: Tenant,
  carrier: string,
  trackingNumber: string,
): Promise<string> {
  const { shipment } = await registerShipment(hub.tracking, tenant, {
    carrier,
    trackingNumber,
  });
  return shipment.id;
}

async function post(hub: TestHub, carrier: string, body: string): Promise<number> {
  hub.clock.advance(1_000);
  const webhook = hub.adapters.get(carrier)?.webhook;
  if (webhook === undefined) throw new Error(`${carrier} pushes nothing`);
  const signed = webhook.sign(body, signingKey(webhook), hub.clock.nowMs());
  const response = await fetch(`${hub.url}/webhooks/carrier/${carrier}`, {
    method: 'POST',
    headers: signed.headers,
    body: signed.body,
  });
  await response.arrayBuffer();
  return response.status;
}

async function publicState(hub: TestHub, tenant: Tenant, id: string): Promise<PublicState> {
  const view = await viewShipment(hub.tracking, tenant, id);
  const explained = await explainShipment(hub.tracking, tenant, id);
  if (view === null || explained === null) throw new Error(`no shipment ${id}`);
  const { shipment, events } = view;
  return {
    state: { number: shipment.trackingNumber, ...inWords(shipment.state, events) },
    confirmed: shipment.state.confirmed,
    factCount: explained.explanation.facts.length,
    sequence: shipment.sequence,
  };
}

/** A state in the notation of the tables of expectations. */
export function inWords(
  state: Pick<ShipmentState, 'status' | 'subStatus' | 'estimatedDelivery'>,
  events: readonly Pick<TimelineEvent, 'status' | 'reason' | 'occurredLocal' | 'occurredAt'>[],
): Omit<Expected, 'number'> {
  const { subStatus, estimatedDelivery: estimate } = state;
  return {
    status: state.status,
    ...(subStatus === null ? {} : { subStatus }),
    ...(estimate === null ? {} : { estimate: estimateInWords(estimate) }),
    events: events.map((event) =>
      eventInWords(event.status, event.reason, event.occurredLocal, event.occurredAt),
    ),
  };
}

export function estimateInWords(estimate: {
  readonly date: string;
  readonly from: string | null;
  readonly to: string | null;
}): string {
  const { date, from, to } = estimate;
  return from === null && to === null ? date : `${date} ${from ?? ''}–${to ?? ''}`;
}

export function eventInWords(
  status: string,
  reason: string | null,
  local: string | null,
  at: string | null,
): string {
  const what = reason === null ? status : `${status}/${reason}`;
  return `${what} ${local ?? '-'} ${at?.replace('.000Z', 'Z') ?? '-'}`;
}
