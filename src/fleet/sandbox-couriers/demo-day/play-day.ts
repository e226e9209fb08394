import type { CarrierReport } from '../../../adapters/contract/contract.ts';
import { EMPTY_SNAPSHOT } from '../../../adapters/contract/contract.ts';
import { lowestIdAt } from '../../../kernel/ids.ts';
import { distanceM, metresBetween } from '../../../kernel/places/distance.ts';
import { DEMO_TENANT, type Tenant } from '../../../kernel/tenant.ts';
import { placeTimeInZone, wallClockAt } from '../../../kernel/time/zoned-time.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { withTransaction } from '../../../platform/database/database.ts';
import { addProof, type ProofDeps } from '../../../tracking/ports/proofs.ts';
import type { TrackingDeps } from '../../../tracking/ports/shipments.ts';
import {
  type Courier,
  createCouriers,
  createDevices,
  endDelivered,
  holdAssigned,
  placeLast,
  touchDevices,
} from '../../couriers/index.ts';
import {
  assignDelivery,
  createDelivery,
  type DeliveriesDeps,
  type DeliveryView,
  endDelivery,
  insertOffers,
  insertSteps,
  listDeliveries,
  type ViewDeps,
} from '../../deliveries/index.ts';
import { legS } from '../../dispatch/index.ts';
import type { PlaceStore } from '../../positions/index.ts';
import { placeOn } from '../ride.ts';
import { type Streets, wayOn } from '../streets.ts';
import {
  AFTER_MS,
  type DemoOrder,
  dayAt,
  dayStartMs,
  legAt,
  orderOf,
  ordersUntil,
  shiftOn,
  type Town,
} from './plan-day.ts';

export interface DemoDayDeps {
  readonly deliveries: ViewDeps;
  readonly places: Pick<PlaceStore, 'take'>;
  /** Returns tracking with the clock at that time, which appends nothing to the log. */
  readonly trackingAt: (atMs: number) => TrackingDeps;
  /** Records invented reports. */
  readonly record: (
    tracking: TrackingDeps,
    tenant: Tenant,
    reports: readonly {
      readonly carrier: string;
      readonly receivedAtMs: number;
      readonly report: CarrierReport;
    }[],
  ) => Promise<void>;
  readonly proofs: Omit<ProofDeps, 'tracking'>;
  readonly town: Town;
  readonly streets: Streets;
}

const TODAYS_MAX = 100;
/** Days with planned shifts before and after the first one: all of its week. */
const PLANNED_DAYS = 6;
const UNFINISHED = ['created', 'picked_up', 'out_for_delivery'];

/**
 * Moves the demo's couriers and deliveries to where they should be now. All is written as for real
 * ones, each step at its planned time, but nothing is appended to the log. After a pause of the
 * hub, it continues where it was.
 */
export async function playDemoDay(deps: DemoDayDeps, madeAtMs: number): Promise<void> {
  const { deliveries, town } = deps;
  const nowMs = deliveries.clock.nowMs();
  const list = (after: string | null, statuses: readonly string[] | null) =>
    listDeliveries(deliveries, DEMO_TENANT, {
      ...{ after, statuses, courierId: null, limit: TODAYS_MAX },
    });
  const startsAtMs = dayStartMs(town, madeAtMs, dayAt(town, madeAtMs, nowMs));
  const todays = await list(lowestIdAt(startsAtMs), null);
  let couriers = await demoCouriers(deps, nowMs);
  if (couriers.size === 0 && todays.length === 0) {
    await hireCouriers(deps, madeAtMs);
    couriers = await demoCouriers(deps, nowMs);
  }
  await showPlaces(deps, couriers, madeAtMs);
  const newest = Math.max(-1, ...todays.map((view) => numberOf(view) ?? -1));
  for (const order of ordersUntil(town, madeAtMs, nowMs)) {
    if (order.number > newest) await placeOrder(deps, order);
  }
  for (const view of await list(null, UNFINISHED)) {
    const number = numberOf(view);
    if (number === null) continue;
    const order = orderOf(town, madeAtMs, number);
    // Somebody may have removed its courier.
    const courier = couriers.get(order.courier) ?? [...couriers.values()][0];
    if (courier === undefined) continue;
    await advance(deps, { view, order, courier, couriers, madeAtMs }, nowMs);
  }
}

/** The same services at another time. */
function depsAt({ deliveries, trackingAt }: DemoDayDeps, atMs: number): DeliveriesDeps {
  return { ...deliveries, clock: { nowMs: () => atMs }, tracking: trackingAt(atMs) };
}

/** The name of these phones, which distinguishes them from phones that people have enrolled. */
const PHONE = 'Demo';

const externalIdOf = (index: number) => `demo-${index + 1}`;

/** The couriers by their place in the list; those whom somebody has removed are left out. */
async function demoCouriers(
  deps: DemoDayDeps,
  nowMs: number,
): Promise<ReadonlyMap<number, Courier>> {
  const page = { after: null, limit: TODAYS_MAX };
  const anybody = { onShift: null, externalId: null };
  const known = await createCouriers(depsAt(deps, nowMs)).list(DEMO_TENANT, anybody, page);
  const byId = new Map(known.map((courier) => [courier.externalId, courier]));
  return new Map(
    deps.town.couriers.flatMap((_, index) => {
      const courier = byId.get(externalIdOf(index));
      return courier === undefined ? [] : [[index, courier] as const];
    }),
  );
}

/** Adds the couriers with their shifts of a week; those of the first day have begun. */
async function hireCouriers(deps: DemoDayDeps, madeAtMs: number): Promise<void> {
  const before = depsAt(deps, dayStartMs(deps.town, madeAtMs, -PLANNED_DAYS));
  const [couriers, devices] = [createCouriers(before), createDevices(before)];
  for (const [index, { name, vehicle }] of deps.town.couriers.entries()) {
    const unset = { phone: null, capacityParcels: null, capacityWeightG: null, homeFacility: null };
    const fields = { name, vehicle, externalId: externalIdOf(index), timeZone: deps.town.zone };
    const made = await couriers.create(DEMO_TENANT, { ...fields, ...unset }, null);
    if (made.kind !== 'done') continue;
    const { id } = made.courier;
    const days = Array.from({ length: 2 * PLANNED_DAYS + 1 }, (_, day) => day - PLANNED_DAYS);
    const shifts = days.flatMap((day) => shiftOn(deps.town, madeAtMs, day, index) ?? []);
    await couriers.planShifts(DEMO_TENANT, id, shifts);
    const today = shiftOn(deps.town, madeAtMs, 0, index);
    // A courier with a day off has no phone yet, so that people can try the invitation.
    const code = today && (await devices.createEnrolment(DEMO_TENANT, id));
    const phone = code && (await devices.enrol(code.bare, { name: PHONE }));
    const last = today && shifts.findLast(({ endsAtMs }) => endsAtMs < today.startsAtMs);
    if (phone && last) {
      await touchDevices(deps.deliveries.db.pipeline, [phone.deviceId], last.endsAtMs);
    }
    if (today === null || today.does === 'waits') continue;
    const { startsAtMs: atMs, endsAtMs } = today;
    const pause = today.does === 'pauses' ? { pause: { endsAtMs: null } } : {};
    const now = createCouriers(deps.deliveries);
    await now.change(DEMO_TENANT, id, {}, { on: true, endsAtMs, atMs, ...pause });
  }
}

/** Shows the couriers on shift where they ride now. */
async function showPlaces(
  { deliveries, places, town, streets }: DemoDayDeps,
  couriers: ReadonlyMap<number, Courier>,
  madeAtMs: number,
): Promise<void> {
  const nowMs = deliveries.clock.nowMs();
  const reported = [...couriers].flatMap(([index, { id: courierId, onShift }]) => {
    if (!onShift) return [];
    const { from, to, share, lengthMs } = legAt(town, madeAtMs, index, nowMs);
    const way = wayOn(streets, from, to);
    const lengthM = way.reduce((sum, at, point) => sum + distanceM(way[point - 1] ?? at, at), 0);
    const { lat, lng, heading, isThere } = placeOn(way, share * lengthM);
    const speedKmh = isThere ? 0 : Math.round((lengthM / lengthMs) * 3_600);
    const position = {
      atMs: nowMs,
      lat,
      lng,
      heading,
      speedKmh,
      accuracyM: 6,
      battery: 88 - index * 9,
    };
    return [{ courierId, tenant: DEMO_TENANT, position }];
  });
  await places.take(reported, nowMs);
  const devices = createDevices(deliveries);
  const lists = reported.map(({ courierId }) => devices.list(DEMO_TENANT, courierId));
  const phones = (await Promise.all(lists)).flatMap((list) =>
    (list ?? []).flatMap(({ id, name }) => (name === PHONE ? [id] : [])),
  );
  await touchDevices(deliveries.db.pipeline, phones, nowMs);
}

const FIRST_NUMBER = 1_001;

/** The number of a demo order; null: somebody else ordered this delivery. */
function numberOf({ shipment }: DeliveryView): number | null {
  const number = /^R-(\d+)$/.exec(shipment.orderIds[0] ?? '')?.[1];
  return number === undefined ? null : Number(number) - FIRST_NUMBER;
}

async function placeOrder(deps: DemoDayDeps, order: DemoOrder): Promise<void> {
  const { shop, door, recipient, notes, number, atMs } = order;
  const placed = ({ lat, lng, ...address }: DemoOrder['shop']) => ({
    at: { lat, lng },
    address: { ...address, country: 'LI' },
  });
  const anyTime = { fromMs: null, toMs: null };
  await createDelivery(depsAt(deps, atMs), DEMO_TENANT, {
    origin: placed(shop),
    destination: placed(door),
    recipient,
    notes,
    orderIds: [`R-${number + FIRST_NUMBER}`],
    packageSize: number % 4 === 0 ? 'medium' : 'small',
    weightG: 400 + (number % 7) * 350,
    readyMs: atMs + AFTER_MS.ready,
    pickup: anyTime,
    delivery: anyTime,
    requireProof: ['name'],
  });
}

interface UnderWay {
  readonly view: DeliveryView;
  readonly order: DemoOrder;
  readonly courier: Courier;
  readonly couriers: ReadonlyMap<number, Courier>;
  readonly madeAtMs: number;
}

/** Takes the steps of a delivery whose time has come. */
async function advance(deps: DemoDayDeps, it: UnderWay, nowMs: number): Promise<void> {
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

async function deliver(deps: DemoDayDeps, it: UnderWay, atMs: number): Promise<boolean> {
  await scan(deps, it, atMs, 'DELIVERED');
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
  return true;
}

/** Records what the courier scans. */
async function scan(
  { record, trackingAt, deliveries, town }: DemoDayDeps,
  { view, order }: UnderWay,
  atMs: number,
  code: 'PICKUP' | 'LOAD' | 'DELIVERED',
): Promise<boolean> {
  const { trackingNumber } = view.shipment;
  const local = wallClockAt(new Date(atMs).toISOString(), town.zone) ?? '';
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
