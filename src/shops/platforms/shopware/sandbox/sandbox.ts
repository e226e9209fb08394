import { z } from 'zod';
import {
  bearerOf,
  jsonAnswer,
  jsonOf,
  namesOf,
  openShop,
  type SandboxAnswer,
  type SandboxCarrier,
  type SandboxRequest,
  type SandboxWorld,
  ShopBook,
  type ShopOrder,
  type ShopPlatform,
} from '../../../../adapters/sandbox-kit/index.ts';

const CLIENT_ID = 'SWIAWAYBILLSANDBOX0000000';
const CLIENT_SECRET = 'd2F5YmlsbC1zYW5kYm94LXNlY3JldA';
const TOKEN_S = 600;
const HOST_WAIT_S = 30;

/** The custom fields of deliveries, by order. */
class ShopwareState {
  readonly customFields = new Map<number, unknown>();
}

/** It sends nothing: without an app, a shop has no webhooks. */
const platform: ShopPlatform = { settings: {}, changed() {} };

const GRANT = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.literal(CLIENT_ID),
  client_secret: z.literal(CLIENT_SECRET),
});
const RANGE = z.object({
  type: z.literal('range'),
  field: z.enum(['createdAt', 'updatedAt', 'deliveries.updatedAt']),
  parameters: z.object({ gte: z.iso.datetime() }),
});
const EQUALS = z.object({ type: z.literal('equals'), field: z.literal('id'), value: z.string() });
const MULTI = z.object({
  ...{ type: z.literal('multi'), operator: z.literal('or'), queries: z.array(RANGE) },
});
const CRITERIA = z.object({
  page: z.int().positive().default(1),
  limit: z.int().positive().max(500).default(100),
  filter: z.array(z.union([EQUALS, MULTI])).default([]),
  associations: z.record(z.string(), z.unknown()).default({}),
});
const PATCH = z.object({ customFields: z.record(z.string(), z.unknown()) });

/**
 * A Shopware shop as docs/shops-research.md describes it, with one integration; written without
 * reading the connector. An order has one delivery, with the codes of all of its parcels.
 */
export const sandbox: SandboxCarrier = {
  name: 'shopware',
  displayName: 'Shopware 6',
  credentials: { client_id: CLIENT_ID, client_secret: CLIENT_SECRET },
  scenarios: [],
  rates: [],
  accountOf: (request) => bearerOf(request),
  answer(request, world) {
    const { method, path } = request;
    if (method === 'POST' && path === '/api/oauth/token') return issueToken(request, world);
    if (world.tokens.check(bearerOf(request)).state !== 'valid') {
      return failed(401, 'The resource owner or authorization server denied the request.');
    }
    if (method === 'POST' && path === '/api/search/order') return search(request, world);
    const [, id] = /^\/api\/order-delivery\/([0-9a-f]{32})$/.exec(path) ?? [];
    if (method === 'PATCH' && id !== undefined) return patchDelivery(request, id, world);
    return failed(404, `No route found for "${method} ${path}"`);
  },
  faultAnswer(fault) {
    switch (fault) {
      case 'unavailable':
        return failed(503, 'Service Unavailable');
      case 'server_error':
        return failed(500, 'Internal Server Error');
      case 'rate_limited':
      case 'token_throttled': {
        const answer = failed(429, 'Too many requests');
        return { ...answer, headers: { ...answer.headers, 'retry-after': String(HOST_WAIT_S) } };
      }
    }
  },
  shop: (worldNow) => openShop(platform, worldNow),
};

function issueToken(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const read = GRANT.safeParse(jsonOf(request));
  if (!read.success || world.credentials(CLIENT_ID, CLIENT_SECRET) === 'wrong') {
    return failed(401, 'Client authentication failed');
  }
  const access_token = world.tokens.issue(CLIENT_ID, TOKEN_S);
  return jsonAnswer(200, { token_type: 'Bearer', expires_in: TOKEN_S, access_token });
}

function search(request: SandboxRequest, world: SandboxWorld): SandboxAnswer {
  const read = CRITERIA.safeParse(jsonOf(request));
  if (!read.success) return failed(400, z.prettifyError(read.error));
  const { page, limit, filter, associations } = read.data;
  const found = world
    .own(ShopBook)
    .sorted(
      ({ createdAtMs }) => createdAtMs,
      (order) => filter.every((each) => matches(order, each)),
    )
    .slice((page - 1) * limit, page * limit);
  return jsonAnswer(200, {
    total: found.length,
    data: found.map((order) => {
      // What is not asked for is null.
      const parts = Object.entries(partsOf(order, world)).map(([name, value]) => [
        ...[name, name in associations ? value : null],
      ]);
      return { ...orderJson(order), ...Object.fromEntries(parts) };
    }),
  });
}

function matches(
  order: ShopOrder,
  filter: z.output<typeof EQUALS> | z.output<typeof MULTI>,
): boolean {
  if (filter.type === 'equals') return idOf(order.id) === filter.value;
  return filter.queries.some(({ field, parameters: { gte } }) => {
    // A change of a code or of custom fields is one of the delivery only.
    const atMs = field === 'deliveries.updatedAt' ? order.updatedAtMs : order.createdAtMs;
    return atMs >= Date.parse(gte);
  });
}

function patchDelivery(request: SandboxRequest, id: string, world: SandboxWorld): SandboxAnswer {
  const order = [...world.own(ShopBook).orders.values()].find((each) => idOf(each.id, 2) === id);
  const read = PATCH.safeParse(jsonOf(request));
  if (order === undefined) return failed(404, 'The order_delivery was not found.');
  if (!read.success) return failed(400, z.prettifyError(read.error));
  world.own(ShopwareState).customFields.set(order.id, read.data.customFields);
  order.updatedAtMs = world.nowMs;
  world.own(ShopBook).record(world, order.id, 'order-delivery', read.data);
  return { status: 204, headers: {}, body: '' };
}

/** An id of 32 hexadecimal digits; `kind` distinguishes tables. */
function idOf(id: number, kind = 1): string {
  return `${kind}${id.toString(16).padStart(31, '0')}`;
}

function at(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '+00:00');
}

function orderJson(order: ShopOrder) {
  return {
    id: idOf(order.id),
    orderNumber: String(order.id),
    orderDateTime: at(order.createdAtMs),
    createdAt: at(order.createdAtMs),
    updatedAt: null,
  };
}

function partsOf(order: ShopOrder, world: SandboxWorld) {
  const { first: firstName, last: lastName } = namesOf(order);
  const name = { firstName, lastName };
  const technicalName = order.cancelledAtMs === null ? 'open' : 'cancelled';
  const numbers = order.fulfilments.flatMap(({ numbers: some }) => some);
  return {
    stateMachineState: { technicalName },
    orderCustomer: { ...name, email: order.email },
    language: { locale: { code: order.locale } },
    lineItems: order.items.map(({ id, name: label, quantity }) => ({
      ...{ id: idOf(id, 3), label, quantity },
    })),
    deliveries: [
      {
        id: idOf(order.id, 2),
        createdAt: at(order.createdAtMs),
        updatedAt: at(order.updatedAtMs),
        trackingCodes: numbers.map(({ number }) => number),
        customFields: world.own(ShopwareState).customFields.get(order.id) ?? null,
        shippingMethod: { name: numbers[0]?.carrier || 'Standard' },
        shippingOrderAddress: {
          ...{ ...name, company: null, street: order.street, zipcode: order.postcode },
          ...{ city: order.city, phoneNumber: order.phone, country: { iso: order.country } },
        },
      },
    ],
  };
}

function failed(status: number, detail: string): SandboxAnswer {
  return jsonAnswer(status, { errors: [{ status: String(status), detail }] });
}
