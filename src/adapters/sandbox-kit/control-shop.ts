import { z } from 'zod';
import { type ControlCall, found, iso, type Route, readBody, Unusable } from './control-route.ts';
import {
  FULFILMENT_WANTED,
  ORDER_EDIT,
  ORDER_WANTED,
  type SandboxShop,
  type ShopFulfilment,
  type ShopOrder,
} from './shops/shop.ts';

const SETTINGS = z.record(z.string(), z.boolean());
const PRIVACY = z.strictObject({
  topic: z.enum(['customers/data_request', 'customers/redact', 'shop/redact']),
  order: z.int().optional(),
});

/** The routes by which people and tests act in a sandbox's shop. */
export const SHOP_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: /^\/([\w-]+)\/orders$/,
    what: 'the orders of a shop',
    run: (call) => shopOf(call).orders().map(orderJson),
  },
  {
    method: 'POST',
    path: /^\/([\w-]+)\/orders$/,
    what: '{"items"?,"email"?,"locale"?,"attributes"?,"at"?,…}: a customer orders',
    run: (call) => acted(call, (shop) => orderJson(shop.place(readBody(ORDER_WANTED, call.body)))),
  },
  {
    method: 'POST',
    path: /^\/([\w-]+)\/orders\/(\d+)$/,
    what: '{"email"?,"phone"?,"street"?,"postcode"?,"numbers"?}: the merchant edits an order',
    run: (call) =>
      acted(call, (shop) =>
        orderJson(found(shop.edit(orderOf(call), readBody(ORDER_EDIT, call.body)))),
      ),
  },
  {
    method: 'DELETE',
    path: /^\/([\w-]+)\/orders\/(\d+)$/,
    what: 'the merchant deletes an order',
    run: (call) => acted(call, (shop) => orderJson(found(shop.remove(orderOf(call))))),
  },
  {
    method: 'POST',
    path: /^\/([\w-]+)\/orders\/(\d+)\/fulfilments$/,
    what: '{"numbers":[{"number","carrier"?,"url"?}],"items"?:[{"sku","quantity"}]}: it is shipped',
    run: (call) =>
      acted(call, (shop) =>
        fulfilmentJson(found(shop.fulfil(orderOf(call), readBody(FULFILMENT_WANTED, call.body)))),
      ),
  },
  {
    method: 'POST',
    path: /^\/([\w-]+)\/orders\/(\d+)\/cancel$/,
    what: 'the merchant cancels an order',
    run: (call) => acted(call, (shop) => orderJson(found(shop.cancel(orderOf(call))))),
  },
  {
    method: 'GET',
    path: /^\/([\w-]+)\/writes$/,
    what: 'what clients wrote into a shop, newest last',
    run: (call) =>
      shopOf(call)
        .writes()
        .map(({ atMs, orderId, ...write }) => ({
          at: iso(atMs),
          order: orderId,
          ...write,
        })),
  },
  {
    method: 'POST',
    path: /^\/([\w-]+)\/settings$/,
    what: 'turns switches of a shop on and off; {} lists them',
    run(call) {
      const settings = shopOf(call).set(readBody(SETTINGS, call.body));
      if (settings !== null) return settings;
      throw new Unusable(`it has only these switches: ${Object.keys(shopOf(call).set({}) ?? {})}`);
    },
  },
  {
    method: 'POST',
    path: /^\/([\w-]+)\/privacy$/,
    what: '{"topic","order"?}: a privacy webhook to the hooks that were entered by hand',
    run(call) {
      const { topic, order } = readBody(PRIVACY, call.body);
      return acted(call, (shop) => {
        if (shop.privacy === undefined) throw new Unusable('this platform has no such webhooks');
        shop.privacy(topic, shop.orders().find(({ id }) => id === order) ?? null);
        return { done: true };
      });
    },
  },
];

function shopOf({ sandbox, groups: [name = ''] }: ControlCall): SandboxShop {
  const shop = sandbox.shop(name);
  if (shop === null) throw new Unusable(`"${name}" is a carrier, not a shop`);
  return shop;
}

function orderOf({ groups }: ControlCall): number {
  return Number(groups[1]);
}

/** Acts, and sends the webhooks that it causes. */
async function acted<T>(call: ControlCall, act: (shop: SandboxShop) => T): Promise<T> {
  const done = act(shopOf(call));
  await call.sandbox.pump();
  return done;
}

function orderJson({ createdAtMs, updatedAtMs, cancelledAtMs, fulfilments, ...order }: ShopOrder) {
  return {
    ...order,
    created_at: iso(createdAtMs),
    updated_at: iso(updatedAtMs),
    cancelled_at: iso(cancelledAtMs),
    fulfilments: fulfilments.map(fulfilmentJson),
  };
}

function fulfilmentJson({ createdAtMs, updatedAtMs, ...fulfilment }: ShopFulfilment) {
  return { ...fulfilment, created_at: iso(createdAtMs), updated_at: iso(updatedAtMs) };
}
