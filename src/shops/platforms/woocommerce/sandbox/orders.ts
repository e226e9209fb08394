import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  namesOf,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  ShopBook,
  type ShopOrder,
} from '../../../../adapters/sandbox-kit/index.ts';
import { invalidParameter, noRoute, pageOf, readDate, restError, wpDate } from './rest.ts';
import { type Note, saveOrder, setMeta, WooState } from './shop.ts';

const STATUSES = [
  ...['pending', 'processing', 'on-hold', 'completed', 'cancelled', 'refunded', 'failed'],
];
export const META = z.array(
  z.object({ id: z.int().optional(), key: z.string().default(''), value: z.unknown() }),
);
const UPDATE = z.object({ status: z.string().optional(), meta_data: META.optional() });
const NOTE = z.object({ note: z.string().min(1), customer_note: z.boolean().default(false) });

/** Answers `/orders` and below, apart from fulfilments. `url` is that of the list. */
export function answerOrders(
  request: SandboxRequest,
  [id, below]: readonly (string | undefined)[],
  url: string,
  world: SandboxWorld,
): SandboxAnswer {
  const { method, query } = request;
  // The sandbox's customers and merchants act through the controls.
  if (method === 'DELETE' || (id === undefined && method !== 'GET')) return noRoute();
  if (id === undefined) return listOrders(query, url, world);
  const order = world.own(ShopBook).orders.get(Number(id));
  if (order === undefined) {
    return restError(404, 'woocommerce_rest_shop_order_invalid_id', 'Invalid ID.');
  }
  if (below === 'notes') return answerNotes(request, order, world);
  if (method === 'GET') return jsonAnswer(200, orderJson(order, world));
  return updateOrder(request, order, world);
}

/** The filter and the order that a client of changes needs; a shop has others. */
function listOrders(query: URLSearchParams, url: string, world: SandboxWorld): SandboxAnswer {
  const { modifiedMs } = world.own(WooState);
  const isGmt = query.get('dates_are_gmt') === 'true';
  const afterMs = readDate(query.get('modified_after'), isGmt) ?? Number.NEGATIVE_INFINITY;
  if (Number.isNaN(afterMs)) return invalidParameter('modified_after', 'Invalid date.');
  const found = world.own(ShopBook).sorted(
    ({ createdAtMs }) => createdAtMs,
    ({ id }) => (modifiedMs.get(id) ?? 0) > afterMs,
  );
  const sorted = query.get('order') === 'asc' ? found : found.toReversed();
  return pageOf(sorted, query, url, (each) => orderJson(each, world));
}

function updateOrder(
  request: SandboxRequest,
  order: ShopOrder,
  world: SandboxWorld,
): SandboxAnswer {
  const body = jsonOf(request);
  const read = UPDATE.safeParse(body);
  if (!read.success) return invalidParameter('meta_data', 'meta_data is not of type array.');
  const { status, meta_data: meta = [] } = read.data;
  if (status !== undefined && !STATUSES.includes(status)) {
    return invalidParameter('status', `status is not one of ${STATUSES.join(', ')}.`);
  }
  const state = world.own(WooState);
  if (status !== undefined) state.statuses.set(order.id, status);
  setMeta(
    state,
    order.id,
    meta.map(({ id, key, value }) => [key, value ?? null, id]),
  );
  world.own(ShopBook).record(world, order.id, 'order', body);
  saveOrder(order, world);
  return jsonAnswer(200, orderJson(order, world));
}

function answerNotes(
  request: SandboxRequest,
  { id }: ShopOrder,
  world: SandboxWorld,
): SandboxAnswer {
  const state = world.own(WooState);
  const notes = state.notes.get(id) ?? [];
  if (request.method === 'GET') return jsonAnswer(200, notes.map(noteJson));
  const body = jsonOf(request);
  const read = NOTE.safeParse(body);
  if (!read.success) {
    return restError(400, 'rest_missing_callback_param', 'Missing parameter(s): note');
  }
  const { note: text, customer_note: toCustomer } = read.data;
  const note = { id: state.nextId(), text, toCustomer, atMs: world.nowMs };
  state.notes.set(id, [...notes, note]);
  world.own(ShopBook).record(world, id, 'note', body);
  return jsonAnswer(201, noteJson(note));
}

function noteJson({ id, text, toCustomer, atMs }: Note) {
  return {
    id,
    author: 'WooCommerce',
    date_created: wpDate(atMs, 'site'),
    date_created_gmt: wpDate(atMs, 'gmt'),
    note: text,
    customer_note: toCustomer,
  };
}

function statusOf({ id }: ShopOrder, world: SandboxWorld): string {
  return world.own(WooState).statuses.get(id) ?? 'processing';
}

/** An order of the REST API, with the members that matter to parcels. It has no language. */
export function orderJson(order: ShopOrder, world: SandboxWorld) {
  const state = world.own(WooState);
  const modifiedMs = state.modifiedMs.get(order.id) ?? order.createdAtMs;
  const { first, last } = namesOf(order);
  const address = {
    first_name: first,
    last_name: last,
    company: '',
    address_1: order.street,
    address_2: '',
    city: order.city,
    state: '',
    postcode: order.postcode,
    country: order.country,
  };
  return {
    id: order.id,
    number: String(order.id),
    status: statusOf(order, world),
    date_created: wpDate(order.createdAtMs, 'site'),
    date_created_gmt: wpDate(order.createdAtMs, 'gmt'),
    date_modified: wpDate(modifiedMs, 'site'),
    date_modified_gmt: wpDate(modifiedMs, 'gmt'),
    billing: { ...address, email: order.email, phone: order.phone },
    shipping: { ...address, phone: '' },
    meta_data: state.meta.get(order.id) ?? [],
    line_items: order.items.map(({ id, name, sku, quantity }) => ({ id, name, quantity, sku })),
  };
}
