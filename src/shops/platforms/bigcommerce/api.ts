import { z } from 'zod';
import { looseList } from '../../../kernel/wire/loose.ts';
import type { CallableShop, ShopApi, ShopOrder, ShopRequest } from '../../contract.ts';
import { jsonIn, listIn, readAs, unlessStatus } from '../../json-answer.ts';
import { shopId, shopItem } from '../../order-parts.ts';
import { plainNumber } from '../../plain-number.ts';
import { unreadableAnswer } from '../../shop-failure.ts';
import { bigOrder, bigShipment, parseOrder } from './parse.ts';
import { bearer } from './verify.ts';

/** Each order takes up to two more calls, of which a shop allows 150 in 30 s. */
const PER_PAGE = 20;
/** The metafield of an order that the hub writes. */
const OUR_FIELD = { namespace: 'waybill', key: 'parcels' };

const HOOKS_MAX = 250;
const hooks = z.object({
  data: looseList(
    z.object({
      ...{ id: shopId, scope: z.string(), destination: z.string(), is_active: z.boolean() },
    }),
    HOOKS_MAX,
  ),
});
const metafields = z.object({
  data: looseList(z.object({ id: z.number(), value: z.string() }), HOOKS_MAX),
});

export const api: ShopApi = {
  canRead: true,

  async check(shop) {
    await list(shop, 'v2/orders?limit=1');
  },

  webhooks: {
    topics: ['order/created', 'order/updated', 'shipment/created', 'shipment/updated'].map(
      (event) => `store/${event}`,
    ),
    async list(shop) {
      const answer = await call(shop, 'GET', `v3/hooks?limit=${HOOKS_MAX}`);
      return readAs(hooks, jsonIn(answer)).data.flatMap((hook) =>
        hook === null
          ? []
          : [{ id: hook.id, topic: hook.scope, url: hook.destination, isActive: hook.is_active }],
      );
    },
    async create(shop, scope, { url: destination, secret }) {
      const headers = { authorization: bearer(secret) };
      await call(shop, 'POST', 'v3/hooks', { scope, destination, is_active: true, headers });
    },
    async remove(shop, id) {
      await unlessStatus([404], call(shop, 'DELETE', `v3/hooks/${id}`));
    },
  },

  async changed(shop, sinceMs, cursor) {
    const page = Number(cursor ?? 1);
    const query = new URLSearchParams({
      ...{ page: String(page), limit: String(PER_PAGE), sort: 'date_modified:asc' },
      min_date_modified: new Date(sinceMs).toISOString(),
    });
    const values = await list(shop, `v2/orders?${query.toString()}`);
    const orders: ShopOrder[] = [];
    for (const value of values) {
      const order = await withParts(shop, value);
      if (order !== null) orders.push(order);
    }
    const modified = bigOrder.safeParse(values.at(-1)).data?.date_modified;
    return {
      orders,
      next: values.length < PER_PAGE ? null : String(page + 1),
      untilMs: Date.parse(modified ?? '') || sinceMs,
    };
  },

  async read(shop, orderId) {
    const answer = await unlessStatus([404], call(shop, 'GET', `v2/orders/${orderId}`));
    if (answer === null) return null;
    const order = await withParts(shop, jsonIn(answer));
    if (order === null) throw unreadableAnswer();
    return order;
  },

  async write(shop, { orderId, parcels }) {
    const path = `v3/orders/${orderId}/metafields`;
    const query = new URLSearchParams(OUR_FIELD).toString();
    const [known] = readAs(metafields, jsonIn(await call(shop, 'GET', `${path}?${query}`))).data;
    const value = JSON.stringify({ parcels });
    const body = { ...OUR_FIELD, permission_set: 'read', value };
    if (known?.value !== value) {
      if (known == null) await call(shop, 'POST', path, body);
      else await call(shop, 'PUT', `${path}/${known.id}`, body);
    }
    const urls = new Map(parcels.map((each) => [plainNumber(each.tracking_number), each.url]));
    for (const shipment of await shipmentsOf(shop, orderId)) {
      const url = urls.get(plainNumber(shipment.tracking_number ?? ''));
      if (url === undefined || url === shipment.tracking_link) continue;
      const link = { tracking_link: url };
      await call(shop, 'PUT', `v2/orders/${orderId}/shipments/${shipment.id}`, link);
    }
  },
};

/** Null: it is no order. Products matter only once something was shipped. */
async function withParts(shop: CallableShop, value: unknown): Promise<ShopOrder | null> {
  const id = bigOrder.safeParse(value).data?.id;
  if (id === undefined) return null;
  const shipments = await shipmentsOf(shop, id);
  const products = shipments.length === 0 ? [] : await list(shop, `v2/orders/${id}/products`);
  return parseOrder(
    value,
    shipments,
    products.flatMap((each) => shopItem.safeParse(each).data ?? []),
  );
}

async function shipmentsOf(shop: CallableShop, orderId: string) {
  const found = await list(shop, `v2/orders/${orderId}/shipments`);
  return found.flatMap((each) => bigShipment.safeParse(each).data ?? []);
}

/** A list of version 2 of the API, which answers 204 if it is empty. */
async function list(shop: CallableShop, path: string): Promise<readonly unknown[]> {
  const answer = await call(shop, 'GET', path);
  return answer.text === '' ? [] : listIn(answer);
}

function call(shop: CallableShop, method: ShopRequest['method'], path: string, body?: object) {
  const headers = { 'x-auth-token': shop.credentials['access_token'] ?? '' };
  return shop.send({ method, url: `${shop.url}/${path}`, headers, body });
}
