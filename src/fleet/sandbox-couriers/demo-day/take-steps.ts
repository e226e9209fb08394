import { EMPTY_SNAPSHOT } from '../../../adapters/contract/contract.ts';
import { metresBetween } from '../../../kernel/places/distance.ts';
import { DEMO_TENANT } from '../../../kernel/tenant.ts';
import { placeTimeInZone, wallClockAt } from '../../../kernel/time/zoned-time.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTransaction } from '../../../platform/database/database.ts';
import { addProof } from '../../../tracking/ports/proofs.ts';
import { type Courier, endDelivered, holdAssigned, placeLast } from '../../couriers/index.ts';
import {
  assignDelivery,
  type DeliveryView,
  endDelivery,
  insertOffers,
  insertSteps,
} from '../../deliveries/index.ts';
import { legS } from '../../dispatch/index.ts';
import { type DemoDayDeps, depsAt } from './deps.ts';
import { AFTER_MS, type DemoOrder, legAt } from './plan-day.ts';

interface UnderWay {
  readonly view: DeliveryView;
  readonly order: DemoOrder;
  readonly courier: Courier;
  readonly couriers: ReadonlyMap<number, Courier>;
  readonly madeAtMs: number;
}

/** Takes the steps of a delivery whose time has come. */
export async function advance(deps: DemoDayDeps, it: UnderWay, nowMs: number): Promise<void> {
  const { phase, shipment } = it.view;
  const stepCount = { pending: 0, offered: 1, assigned: 2 }[phase as string] ?? 3;
  const isOut = shipment.state.status === 'out_for_delivery';
  for (const [name, step] of STEPS.slice(isOut ? 4 : stepCount)) {
    const atMs = it.order.atMs + AFTER_MS[name];
    if (atMs > nowMs || !(await step(deps, it, atMs))) return;
  }
}

/** Takes a step at that time; false: something hinders it. */
type Step = (deps: DemoDayDeps, it: UnderWay, atMs: number) => Promise<boolean>;

const STEPS: readonly (readonly [name: keyof typeof AFTER_MS, step: Step])[] = [
  ['offered', offer],
  ['assigned', assign],
  ['picked_up', pickUp],
  ['out_for_delivery', async (deps, it, atMs) => scan(deps, it, atMs, 'LOAD')],
  ['delivered', deliver],
];

/** Offers a delivery to the couriers who ride: to its own one, and to the other one. */
async function offer(
  { deliveries, town }: DemoDayDeps,
  { view, order, courier, couriers, madeAtMs }: UnderWay,
  atMs: number,
): Promise<boolean> {
  const { shipmentId } = view.row;
  const riding = [...couriers].filter(([, { onShift, pause }]) => onShift && pause === null);
  const offers = riding.map(([index, { id, vehicle }]) => {
    const from = legAt(town, madeAtMs, index, atMs).to;
    const approachS = Math.round(legS(from, order.shop, vehicle)) + (id === courier.id ? 0 : 240);
    const terms = { approachS, loadS: 0, habitS: 0, idleS: 0, cost: approachS };
    const distanceM = Math.round(metresBetween(from, order.shop));
    return {
      ...{ shipmentId, courierId: id, round: 1, atMs, aloneUntilMs: atMs },
      terms: { ...terms, distanceM },
    };
  });
  await withTransaction(deliveries.db.pipeline, async (tx) => {
    const made = await insertOffers(tx, DEMO_TENANT, offers);
    if (made.length === 0) return;
    const detail = { round: 1, offered: made.length };
    await insertSteps(tx, DEMO_TENANT, [
      { shipmentId, atMs, what: 'offered', courierId: null, detail },
    ]);
  });
  return true;
}

async function assign(
  deps: DemoDayDeps,
  { view, courier }: UnderWay,
  atMs: number,
): Promise<boolean> {
  // Without places, the first estimate stays, which knows when the parcel is ready.
  const then = { ...depsAt(deps, atMs), placesOf: async () => new Map() };
  for (const how of ['accepted', 'dispatcher'] as const) {
    const to = { courierId: courier.id, how };
    const { kind } = await assignDelivery(then, DEMO_TENANT, view.row.shipmentId, to);
    // After a pause of the hub the courier may be off shift.
    if (kind === 'off_shift') continue;
    // Couriers deliver the parcels on board before they fetch another.
    await placeLast(deps.deliveries.db.pipeline, DEMO_TENANT, view.shipment.trackingNumber);
    return kind === 'assigned';
  }
  return false;
}

async function pickUp(deps: DemoDayDeps, it: UnderWay, atMs: number): Promise<boolean> {
  const { trackingNumber } = it.view.shipment;
  await withTransaction(deps.deliveries.db.pipeline, (tx) =>
    holdAssigned(tx, DEMO_TENANT, trackingNumber, atMs),
  );
  return scan(deps, it, atMs, 'PICKUP');
}

/** Its scan comes last: until then, a step that was cut short is taken again. */
async function deliver(deps: DemoDayDeps, it: UnderWay, atMs: number): Promise<boolean> {
  const { id, trackingNumber } = it.view.shipment;
  const { door, recipient } = it.order;
  await addProof({ ...deps.proofs, tracking: deps.trackingAt(atMs) }, DEMO_TENANT, {
    clientId: 'demo',
    shipmentIds: [id],
    by: { givenBy: 'courier', giverId: wireId('courier', it.courier.id) },
    place: { lat: door.lat, lng: door.lng, accuracyM: 6 },
    ...{ capturedAtMs: atMs, receivedBy: recipient.name, photos: [], signature: null, pin: null },
  });
  await withTransaction(deps.deliveries.db.pipeline, async (tx) => {
    await endDelivered(tx, DEMO_TENANT, trackingNumber, atMs);
    await endDelivery(depsAt(deps, atMs), tx, DEMO_TENANT, id);
  });
  return scan(deps, it, atMs, 'DELIVERED');
}

/** Records what the courier scans. */
async function scan(
  { record, trackingAt, deliveries, town }: DemoDayDeps,
  { view, order }: UnderWay,
  atMs: number,
  code: 'PICKUP' | 'LOAD' | 'DELIVERED',
): Promise<boolean> {
  const { trackingNumber } = view.shipment;
  const local = wallClockAt(atMs, town.zone) ?? '';
  const { city, postal_code: postalCode } = code === 'DELIVERED' ? order.door : order.shop;
  const fact = {
    codes: { code },
    identity: ['demo', code, local],
    time: placeTimeInZone(local, 'second', town.zone, 'postal_code'),
    place: { city, postalCode, region: null, country: 'LI', facility: null },
    ...{ text: null, piece: null, logical: false },
  };
  const unknown = { aliases: [], carrierPieceId: null, asOf: null, fullHistory: false, links: [] };
  const estimatedDelivery = { date: local.slice(0, 10), from: null, to: null };
  const snapshot = { ...EMPTY_SNAPSHOT, estimatedDelivery };
  const report = { trackingNumber, facts: [fact], snapshot, ...unknown };
  await record(trackingAt(atMs), DEMO_TENANT, [
    { carrier: deliveries.ownCarrier, receivedAtMs: atMs, report },
  ]);
  return true;
}
