import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  MINUTE_MS,
  namesOf,
  openShop,
  type PushManners,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  ShopBook,
  type ShopOrder,
  type ShopPlatform,
  type Subscription,
} from '../../../../adapters/sandbox-kit/index.ts';

const TOKEN = 'waybillsandboxtoken0000000000000';
const STORE = '/stores/sandbox';
const RATE = { name: 'plan', endpoint: 'api', calls: 450, perS: 30 };

/** Metafields by order. */
class BigState {
  readonly metafields = new Map<number, { id: number } & z.output<typeof METAFIELD>>();
}

const METAFIELD = z.object({
  permission_set: z.enum(['app_only', 'read', 'write', 'read_and_sf_access']),
  ...{ namespace: z.string().min(1).max(64), key: z.string().min(1).max(64), value: z.string() },
});
const HOOK = z.object({
  scope: z.string().regex(/^store\/(?:order|shipment)\/\w+$/),
  destination: z.url(),
  is_active: z.boolean().default(true),
  headers: z.record(z.string(), z.string()).default({}),
});
const LINK = z.object({ tracking_link: z.url().max(500) });

const platform: ShopPlatform = {
  settings: {},
  changed({ id }, change, fulfilment, world) {
    const scope = change === 'created' ? 'store/order/created' : 'store/order/updated';
    send(scope, { type: 'order', id }, world);
    if (fulfilment === null) return;
    const event = change === 'fulfilled' ? 'created' : 'updated';
    const data = { type: 'shipment', id: fulfilment.id, orderId: id };
    send(`store/shipment/${event}`, data, world);
  },
};

function send(scope: string, data: object, world: SandboxWorld): void {
  const hash = createHash('sha1').update(world.newId()).digest('hex');
  const created_at = Math.floor(world.nowMs / 1_000);
  const body = { scope, store_id: '1', producer: STORE.slice(1), created_at, hash, data };
  for (const hook of hooksOf(world)) {
    if (hook.details['scope'] === scope) world.send(hook, JSON.stringify(body));
  }
}

function hooksOf(world: SandboxWorld): readonly Subscription[] {
  return world.subscriptions
    .list()
    .filter(({ state, details }) => state !== 'ended' && details['scope'] !== undefined);
}

const push: PushManners = {
  retriesAfterMs: [1, 3, 5, 10, 30, 60].map((minutes) => minutes * MINUTE_MS),
  accepts: (status) => status >= 200 && status < 300,
  compose: ({ subscription, message }) => ({
    headers: {
      'content-type': 'application/json',
      ...z
        .record(z.string(), z.string())
        .parse(JSON.parse(subscription.details['headers'] ?? '{}')),
    },
    body: message ?? '',
  }),
  gaveUp: ({ id }, world) => void world.subscriptions.update(id, { state: 'suspended' }),
};

/** A BigCommerce store as docs/shops-research.md describes it; written without reading the connector. */
export const sandbox: SandboxCarrier = {
  name: 'bigcommerce',
  displayName: 'BigCommerce',
  shopPath: STORE,
  credentials: { access_token: TOKEN },
  scenarios: [],
  rates: [RATE],
  accountOf: ({ headers }) => headers['x-auth-token'] ?? null,
  answer(request, world) {
    const { path, headers } = request;
    const token = headers['x-auth-token'] ?? '';
    if (token !== TOKEN || world.credentials(token, token) !== 'good') {
      return problem(401, 'The required headers are missing or the token is invalid.');
    }
    if (!world.spend('api', token).ok) return limited();
    const [version, ...parts] = path.slice(STORE.length + 1).split('/');
    if (!path.startsWith(`${STORE}/`)) return problem(404, 'The store does not exist.');
    if (version === 'v3' && parts[0] === 'hooks') return answerHooks(request, parts[1], world);
    const order = world.own(ShopBook).orders.get(Number(parts[1]));
    if (version === 'v2' && parts.length === 1) return listOrders(request, world);
    if (parts[0] !== 'orders' || order === undefined) return problem(404, 'Not found.');
    if (version === 'v3') return answerMetafields(request, parts[3], order, world);
    return answerOrder(request, parts.slice(2), order, world);
  },
  faultAnswer(fault) {
    if (fault === 'token_throttled') return null;
    if (fault === 'rate_limited') return limited();
    return fault === 'unavailable' ? problem(503, 'Unavailable.') : problem(500, 'Error.');
  },
  push,
  shop: (worldNow) => openShop(platform, worldNow),
};

function limited(): SandboxAnswer {
  const answer = problem(429, 'Too many requests.');
  return { ...answer, headers: { ...answer.headers, 'x-rate-limit-time-reset-ms': '15000' } };
}

function problem(status: number, title: string): SandboxAnswer {
  return jsonAnswer(status, { status, title });
}

function answerHooks(
  request: SandboxRequest,
  id: string | undefined,
  world: SandboxWorld,
): SandboxAnswer {
  const { method } = request;
  if (method === 'GET') return jsonAnswer(200, { data: hooksOf(world).map(hookJson), meta: {} });
  const known = hooksOf(world).find((each) => each.id === id);
  if (id !== undefined && known === undefined) return problem(404, 'The hook does not exist.');
  if (method === 'DELETE' && id !== undefined) {
    world.subscriptions.update(id, { state: 'ended' });
    return jsonAnswer(200, { data: {} });
  }
  const read = HOOK.safeParse(jsonOf(request));
  if (!read.success) return problem(422, z.prettifyError(read.error));
  const { scope, destination: url, is_active, headers } = read.data;
  const state = is_active ? 'active' : 'suspended';
  const details = { scope, headers: JSON.stringify(headers) };
  const hook =
    id === undefined
      ? world.subscriptions.create({
          ...{ id: String(world.own(ShopBook).nextId()), account: TOKEN, url, state, details },
        })
      : world.subscriptions.update(id, { url, state, details });
  return jsonAnswer(200, { data: hook && hookJson(hook), meta: {} });
}

function hookJson({ id, url, state, details }: Subscription) {
  const { scope } = details;
  return { id: Number(id), scope, destination: url, is_active: state === 'active' };
}

function listOrders({ query }: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const [page, limit] = [Number(query.get('page') ?? 1), Number(query.get('limit') ?? 50)];
  const sinceMs = Date.parse(query.get('min_date_modified') ?? '1970-01-01');
  const found = world
    .own(ShopBook)
    .sorted(
      ({ updatedAtMs }) => updatedAtMs,
      ({ updatedAtMs }) => updatedAtMs >= sinceMs,
    )
    .slice((page - 1) * limit, page * limit);
  return listAnswer(found.map(orderJson));
}

/** An empty list of version 2 is 204. */
function listAnswer(list: readonly object[]): SandboxAnswer {
  return list.length === 0 ? { status: 204, headers: {}, body: '' } : jsonAnswer(200, list);
}

function answerOrder(
  request: SandboxRequest,
  [under, id]: readonly (string | undefined)[],
  order: ShopOrder,
  world: SandboxWorld,
): SandboxAnswer {
  if (under === undefined) return jsonAnswer(200, orderJson(order));
  if (under === 'products') {
    return listAnswer(order.items.map((item) => ({ ...item, order_id: order.id })));
  }
  // A shipment has one number, so that a fulfilment with several is several shipments.
  const all = order.fulfilments.flatMap((fulfilment) =>
    fulfilment.numbers.map((given, index) => ({ fulfilment, given, index })),
  );
  const json = ({ fulfilment, given, index }: (typeof all)[number]) => ({
    id: fulfilment.id * 100 + index,
    order_id: order.id,
    date_created: dateOf(fulfilment.createdAtMs),
    ...{ tracking_number: given.number, tracking_carrier: given.carrier },
    ...{ shipping_provider: '', tracking_link: given.url, shipping_address: addressOf(order) },
    items: fulfilment.items.map((item) => ({ order_product_id: item.id, quantity: item.quantity })),
  });
  if (under !== 'shipments') return problem(404, 'Not found.');
  if (id === undefined) return listAnswer(all.map(json));
  const found = all.find((each) => String(json(each).id) === id);
  const read = LINK.safeParse(jsonOf(request));
  if (found === undefined || !read.success) return problem(404, 'The shipment does not exist.');
  found.given.url = read.data.tracking_link;
  order.updatedAtMs = world.nowMs;
  const data = { type: 'shipment', id: found.fulfilment.id, orderId: order.id };
  send('store/shipment/updated', data, world);
  return jsonAnswer(200, json(found));
}

function answerMetafields(
  request: SandboxRequest,
  id: string | undefined,
  order: ShopOrder,
  world: SandboxWorld,
): SandboxAnswer {
  const { metafields } = world.own(BigState);
  const known = metafields.get(order.id);
  if (request.method === 'GET') {
    return jsonAnswer(200, { data: known === undefined ? [] : [known], meta: {} });
  }
  const read = METAFIELD.safeParse(jsonOf(request));
  if (!read.success) return problem(422, z.prettifyError(read.error));
  if ((id === undefined) !== (known === undefined)) return problem(409, 'It exists, or does not.');
  const field = { ...read.data, id: known?.id ?? world.own(ShopBook).nextId() };
  metafields.set(order.id, field);
  order.updatedAtMs = world.nowMs;
  world.own(ShopBook).record(world, order.id, 'metafield', read.data);
  send('store/order/updated', { type: 'order', id: order.id }, world);
  return jsonAnswer(200, { data: field, meta: {} });
}

/** RFC 2822. */
function dateOf(atMs: number): string {
  return new Date(atMs).toUTCString().replace('GMT', '+0000');
}

function orderJson(order: ShopOrder) {
  const [status_id, status] = order.cancelledAtMs === null ? [2, 'Shipped'] : [5, 'Cancelled'];
  return {
    ...{ id: order.id, status_id, status, is_deleted: false },
    date_created: dateOf(order.createdAtMs),
    date_modified: dateOf(order.updatedAtMs),
    customer_locale: order.locale,
    billing_address: { ...addressOf(order), email: order.email },
  };
}

function addressOf(order: ShopOrder) {
  const { first, last } = namesOf(order);
  return {
    ...{ first_name: first, last_name: last, company: '', phone: order.phone },
    ...{ street_1: order.street, street_2: '', city: order.city, state: '', zip: order.postcode },
    country_iso2: order.country,
  };
}
