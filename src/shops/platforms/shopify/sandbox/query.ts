import {
  isOn,
  leftItems,
  type SandboxWorld,
  ShopBook,
  type ShopFulfilment,
  type ShopOrder,
  type Subscription,
} from '../../../../adapters/sandbox-kit/index.ts';
import { at, DOMAIN, gid, platform, ShopifyState } from './shop.ts';

/** Older orders do not exist for an app without a scope that no app here has. */
const READABLE_MS = 60 * 86_400_000;

interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}
interface OrdersArguments extends PageArguments {
  readonly query?: string | null;
  readonly sortKey?: string | null;
}

/** The resolvers of `Query`. */
export function queries(world: SandboxWorld, scopes: readonly string[]) {
  const isReadable = ({ createdAtMs }: ShopOrder) => createdAtMs > world.nowMs - READABLE_MS;
  return {
    shop: {
      id: gid('Shop', 1),
      name: 'Sandbox shop',
      myshopifyDomain: DOMAIN,
    },
    currentAppInstallation: { accessScopes: scopes.map((handle) => ({ handle })) },
    order({ id }: { id: string }) {
      const all = [...world.own(ShopBook).orders.values()];
      const found = all.find((each) => isReadable(each) && gid('Order', each.id) === id);
      return found === undefined ? null : orderNode(found, world);
    },
    orders({ query, sortKey, ...page }: OrdersArguments) {
      const found = world.own(ShopBook).sorted(
        ({ createdAtMs, updatedAtMs }) => (sortKey === 'UPDATED_AT' ? updatedAtMs : createdAtMs),
        (each) => isReadable(each) && matches(each, query),
      );
      return connection(
        found.map((each) => orderNode(each, world)),
        page,
      );
    },
    webhookSubscriptions: (page: PageArguments) =>
      connection(subscriptionsOf(world).map(subscriptionNode), page),
  };
}

/** The subscriptions by API, without the URL of the app's own configuration. */
export function subscriptionsOf(world: SandboxWorld): readonly Subscription[] {
  return world.subscriptions
    .list()
    .filter(({ state, details }) => state === 'active' && details['topic'] !== undefined);
}

export function subscriptionNode({ id, url, details }: Subscription) {
  return {
    id,
    topic: (details['topic'] ?? '').replace('/', '_').toUpperCase(),
    uri: url,
  };
}

/** A term of Shopify's search syntax, such as `updated_at:>='2026-04-15T10:00:00Z'`. */
const TERM = /(\w+):(>=?)'([^']*)'/g;

/** Whether an order matches a search for what happened since then; other terms are ignored. */
function matches({ createdAtMs, updatedAtMs }: ShopOrder, query = '' as string | null): boolean {
  const times: Readonly<Record<string, number>> = {
    created_at: createdAtMs,
    updated_at: updatedAtMs,
  };
  return [...(query ?? '').matchAll(TERM)].every(([, name = '', sign, since = '']) => {
    const [atMs, sinceMs] = [times[name], Date.parse(since)];
    return atMs === undefined || atMs > sinceMs || (sign === '>=' && atMs === sinceMs);
  });
}

const PAGE_MAX = 250;

function connection<T extends { readonly id: string }>(
  all: readonly T[],
  { first, after }: PageArguments,
) {
  if (first == null) throw new Error('you must provide one of first or last');
  if (first > PAGE_MAX) throw new Error(`first cannot be greater than ${PAGE_MAX}`);
  const from = after == null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const nodes = all.slice(from, from + first);
  return {
    nodes,
    pageInfo: {
      hasNextPage: from + nodes.length < all.length,
      endCursor: nodes.at(-1)?.id ?? null,
    },
  };
}

function orderNode(order: ShopOrder, world: SandboxWorld) {
  const readable = isOn(world, platform, 'protected_data');
  const { email, phone, name, locale } = order;
  const left = leftItems(order).length;
  const fulfilled = left === 0 ? 'FULFILLED' : 'PARTIALLY_FULFILLED';
  return {
    id: gid('Order', order.id),
    legacyResourceId: String(order.id),
    name: `#${order.id}`,
    email: readable ? email : null,
    phone: readable ? phone : null,
    customerLocale: locale,
    createdAt: at(order.createdAtMs),
    updatedAt: at(order.updatedAtMs),
    cancelledAt: order.cancelledAtMs === null ? null : at(order.cancelledAtMs),
    displayFulfillmentStatus: order.fulfilments.length === 0 ? 'UNFULFILLED' : fulfilled,
    customAttributes: Object.entries(order.attributes).map(([key, value]) => ({ key, value })),
    customer: readable
      ? { id: gid('Customer', order.id), displayName: name, email, phone, locale }
      : null,
    shippingAddress: readable
      ? {
          ...{ name, phone, address1: order.street, city: order.city, zip: order.postcode },
          ...{ company: null, address2: null, provinceCode: null },
          countryCodeV2: order.country,
        }
      : null,
    lineItems: (page: PageArguments) =>
      connection(
        order.items.map(({ id, name: title, sku, quantity }) => ({
          ...{ id: gid('LineItem', id), name: title, title, sku, quantity },
        })),
        page,
      ),
    fulfillments: () => order.fulfilments.map((each) => fulfillmentNode(order, each, world)),
  };
}

export function fulfillmentNode(
  order: ShopOrder,
  fulfilment: ShopFulfilment,
  world: SandboxWorld,
): object {
  const events = world.own(ShopifyState).events.get(fulfilment.id) ?? [];
  return {
    id: gid('Fulfillment', fulfilment.id),
    status: 'SUCCESS',
    displayStatus: events.at(-1)?.status ?? 'FULFILLED',
    createdAt: at(fulfilment.createdAtMs),
    updatedAt: at(fulfilment.updatedAtMs),
    estimatedDeliveryAt:
      events.findLast(({ estimatedDeliveryAt }) => estimatedDeliveryAt != null)
        ?.estimatedDeliveryAt ?? null,
    order: () => orderNode(order, world),
    trackingInfo: fulfilment.numbers.map(({ carrier, number, url }) => ({
      company: carrier || null,
      number,
      url: url || null,
    })),
    events: ({ reverse, ...page }: PageArguments & { readonly reverse?: boolean | null }) =>
      connection(reverse ? events.toReversed() : events, page),
  };
}
