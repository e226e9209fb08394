import {
  type SandboxWorld,
  ShopBook,
  type ShopFulfilment,
  type ShopOrder,
  type ShopPlatform,
  type Subscription,
} from '../../../../adapters/sandbox-kit/index.ts';

export const DOMAIN = 'waybill-sandbox.myshopify.com';
export const VERSION = '2026-10';

/** An event of a fulfilment, as a client wrote it. */
export interface FulfillmentEvent {
  readonly id: string;
  readonly status: string;
  readonly happenedAt: string;
  readonly createdAt: string;
  readonly estimatedDeliveryAt: string | null;
}

/** What only Shopify has of a shop, beside its orders. */
export class ShopifyState {
  /** Requests for access that wait for the merchant, by their nonce. */
  readonly requests = new Map<string, URLSearchParams>();
  /** The scopes of codes that have not been exchanged. */
  readonly codes = new Map<string, string>();
  readonly events = new Map<number, FulfillmentEvent[]>();
  /** The points that an app has left, and when that was. */
  readonly points = new Map<string, { readonly left: number; readonly atMs: number }>();
}

export const platform: ShopPlatform = {
  settings: {
    /** App and shop belong to the same organization, so that the app gets tokens by itself. */
    same_organization: true,
    /** The app may read names, addresses, mail and phone; otherwise they are null. */
    protected_data: true,
    /** Sources dispute the HTTP status of a throttled query: 429, or otherwise 200. */
    throttled_429: false,
  },
  changed(order, change, fulfilment, world) {
    const send = (topic: string, body: unknown) => sendEvent(topic, body, world);
    switch (change) {
      case 'created':
        send('orders/create', orderBody(order));
        return;
      case 'deleted':
        send('orders/delete', { id: order.id });
        return;
      case 'cancelled':
        send('orders/cancelled', orderBody(order));
        break;
      case 'fulfilled':
      case 'renumbered':
        if (fulfilment === null) break;
        send(
          change === 'fulfilled' ? 'fulfillments/create' : 'fulfillments/update',
          fulfillmentBody(order, fulfilment),
        );
        break;
      case 'updated':
        break;
    }
    send('orders/updated', orderBody(order));
  },
  privacy(topic, order, world) {
    const about = topic === 'customers/redact' ? 'orders_to_redact' : 'orders_requested';
    const body = {
      shop_id: 1,
      shop_domain: DOMAIN,
      ...(order !== null && {
        customer: { id: order.id, email: order.email, phone: order.phone },
        [about]: [order.id],
      }),
    };
    // Their URL is part of the app's configuration, not of a subscription by API.
    const hooks = world.subscriptions
      .list()
      .filter(({ details }) => details['topic'] === undefined);
    sendTo(hooks, topic, body, world);
  },
};

/** Plans an event for every subscription of its topic. */
export function sendEvent(topic: string, body: unknown, world: SandboxWorld): void {
  const wanted = world.subscriptions.list().filter(({ details }) => details['topic'] === topic);
  sendTo(wanted, topic, body, world);
}

/** What is sent to one subscription; a retry repeats it. */
export interface Delivery {
  readonly topic: string;
  readonly body: string;
  /** The same for every subscription. */
  readonly eventId: string;
  readonly webhookId: string;
  readonly atMs: number;
}

function sendTo(
  hooks: readonly Subscription[],
  topic: string,
  body: unknown,
  world: SandboxWorld,
): void {
  const eventId = world.newId();
  for (const hook of hooks) {
    const delivery: Delivery = {
      ...{ topic, eventId, webhookId: world.newId(), atMs: world.nowMs },
      body: JSON.stringify(body),
    };
    world.send(hook, JSON.stringify(delivery));
  }
}

export function gid(type: string, id: number | string): string {
  return `gid://shopify/${type}/${id}`;
}

export function at(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z');
}

/** Finds a fulfilment and its order by the fulfilment's global id. */
export function findFulfillment(id: string, world: SandboxWorld) {
  for (const order of world.own(ShopBook).orders.values()) {
    const fulfilment = order.fulfilments.find((each) => gid('Fulfillment', each.id) === id);
    if (fulfilment !== undefined) return { order, fulfilment };
  }
  return null;
}

/** A webhook's body: the members of REST that tell which order it is about. */
function orderBody(order: ShopOrder) {
  return {
    id: order.id,
    admin_graphql_api_id: gid('Order', order.id),
    name: `#${order.id}`,
    email: order.email,
    customer_locale: order.locale,
    created_at: at(order.createdAtMs),
    updated_at: at(order.updatedAtMs),
    cancelled_at: order.cancelledAtMs === null ? null : at(order.cancelledAtMs),
    fulfillments: order.fulfilments.map((each) => fulfillmentBody(order, each)),
  };
}

export function fulfillmentBody(order: ShopOrder, { id, numbers, updatedAtMs }: ShopFulfilment) {
  return {
    id,
    order_id: order.id,
    admin_graphql_api_id: gid('Fulfillment', id),
    status: 'success',
    updated_at: at(updatedAtMs),
    tracking_company: numbers[0]?.carrier ?? null,
    tracking_number: numbers[0]?.number ?? null,
    tracking_numbers: numbers.map(({ number }) => number),
    tracking_urls: numbers.map(({ url }) => url),
  };
}
