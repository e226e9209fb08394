import { lowestIdAt } from '../../../kernel/ids.ts';
import { DEMO_TENANT } from '../../../kernel/tenant.ts';
import { createDelivery, type DeliveryView, listDeliveries } from '../../deliveries/index.ts';
import { demoCouriers, hireCouriers, showPlaces } from './crew.ts';
import { type DemoDayDeps, depsAt } from './deps.ts';
import {
  AFTER_MS,
  DAYS,
  type DemoOrder,
  dayAt,
  dayStartMs,
  LAST_NUMBER,
  orderOf,
  ordersUntil,
  promiseOf,
} from './plan-day.ts';
import { advance } from './take-steps.ts';

const PAGE_SIZE = 100;
const UNFINISHED = ['created', 'picked_up', 'out_for_delivery'];

/**
 * Moves the demo's couriers and deliveries to where they should be now. All is written as for real
 * ones, each step at its planned time, but nothing is appended to the log. After a pause of the
 * hub, it continues where it was. Returns whether anything is left to do later.
 */
export async function playDemoDay(deps: DemoDayDeps, madeAtMs: number): Promise<boolean> {
  const { deliveries, town, mayContinue } = deps;
  const nowMs = deliveries.clock.nowMs();
  const day = dayAt(town, madeAtMs, nowMs);
  // Once there are deliveries, a courier who is missing was removed by somebody.
  const isToHire = day < DAYS && (await listPage(deps, { limit: 1 })).length === 0;
  if (isToHire) await hireCouriers(deps, madeAtMs);
  const couriers = await demoCouriers(deps, nowMs);
  await showPlaces(deps, couriers, madeAtMs);
  const orders = ordersUntil(town, madeAtMs, nowMs);
  const numberOf = numbersUpTo(orders.at(-1)?.number ?? LAST_NUMBER);
  const todays = await listAll(deps, { after: lowestIdAt(dayStartMs(town, madeAtMs, day)) });
  const newest = Math.max(-1, ...todays.map((view) => numberOf(view) ?? -1));
  for (const order of orders) {
    if (!mayContinue()) return true;
    if (order.number <= newest) continue;
    await placeOrder(deps, order);
    await deps.count();
  }
  let isAnyLeft = day < DAYS;
  for (const view of await listAll(deps, { statuses: UNFINISHED })) {
    const number = numberOf(view);
    if (number === null) continue;
    const order = orderOf(town, madeAtMs, number);
    // Somebody may have moved the delivery, or removed its courier.
    const courier = view.courier ?? couriers.get(order.courier) ?? [...couriers.values()][0];
    if (courier === undefined) continue;
    if (!mayContinue()) return true;
    isAnyLeft = true;
    await advance(deps, { view, order, courier, couriers, madeAtMs }, nowMs);
    await deps.count();
  }
  return isAnyLeft;
}

/** Which deliveries to list; by default all, the oldest first. */
interface Wanted {
  readonly after?: string;
  readonly statuses?: readonly string[];
  readonly limit?: number;
}

function listPage(
  { deliveries }: DemoDayDeps,
  { after, statuses, limit = PAGE_SIZE }: Wanted,
): Promise<DeliveryView[]> {
  return listDeliveries(deliveries, DEMO_TENANT, {
    ...{ after: after ?? null, statuses: statuses ?? null, courierId: null, limit },
  });
}

async function listAll(deps: DemoDayDeps, wanted: Wanted): Promise<DeliveryView[]> {
  const page = await listPage(deps, wanted);
  const last = page.at(-1);
  if (last === undefined || page.length < PAGE_SIZE) return page;
  return [...page, ...(await listAll(deps, { ...wanted, after: last.row.shipmentId }))];
}

const FIRST_NUMBER = 1_001;
/** Precedes the number of a demo order, so that it differs from whatever people type. */
const ORDER_PREFIX = 'DEMO-R-';
const ORDER_ID = new RegExp(`^${ORDER_PREFIX}(\\d+)$`);

/** Returns a function that reads the number of a demo order; null: the order is somebody else's. */
function numbersUpTo(newest: number): (view: DeliveryView) => number | null {
  return ({ shipment }) => {
    const number = Number(ORDER_ID.exec(shipment.orderIds[0] ?? '')?.[1]) - FIRST_NUMBER;
    return number >= 0 && number <= newest ? number : null;
  };
}

async function placeOrder(deps: DemoDayDeps, order: DemoOrder): Promise<void> {
  const { shop, door, recipient, notes, number, atMs } = order;
  const placed = ({ lat, lng, ...address }: DemoOrder['door']) => ({
    at: { lat, lng },
    address: { ...address, country: 'LI' },
  });
  await createDelivery(depsAt(deps, atMs), DEMO_TENANT, {
    origin: placed(shop),
    destination: placed(door),
    recipient,
    notes,
    orderIds: [`${ORDER_PREFIX}${number + FIRST_NUMBER}`],
    packageSize: number % 4 === 0 ? 'medium' : 'small',
    weightG: 400 + (number % 7) * 350,
    readyMs: atMs + AFTER_MS.ready,
    pickup: { fromMs: null, toMs: null },
    delivery: { fromMs: null, toMs: promiseOf(order) },
    requireProof: ['name'],
  });
}
