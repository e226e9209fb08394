import { isDeepStrictEqual } from 'node:util';
import type {
  CallableShop,
  ShopAnswer,
  ShopApi,
  ShopOrder,
  ShopRequest,
  ShopWrite,
} from '../../contract.ts';
import { jsonIn, listIn, unlessStatus } from '../../json-answer.ts';
import { plainNumber } from '../../plain-number.ts';
import { unreadableAnswer } from '../../shop-failure.ts';
import { numberOf, parseOrder } from './parse.ts';
import { type WooFulfillment, wooFulfillment, wooNote, wooOrder, wooWebhook } from './schema.ts';
import { signedUrl } from './sign.ts';

/** The most that WooCommerce returns at once. */
const PER_PAGE = 100;
/** The meta key that the plug-in of the hub reads. */
const OUR_META = '_waybill';

export const api: ShopApi = {
  canRead: true,

  async check(shop) {
    await call(shop, 'GET', 'orders', { query: { per_page: '1' } });
  },

  webhooks: {
    topics: ['order.created', 'order.updated', 'order.deleted', 'order.restored'],
    async list(shop) {
      const answer = await call(shop, 'GET', 'webhooks', { query: { per_page: String(PER_PAGE) } });
      const all = listIn(answer).flatMap((each) => wooWebhook.safeParse(each).data ?? []);
      return all.map(({ delivery_url: url, status, ...each }) => ({
        ...each,
        url,
        // One that is activated again keeps its count of failures, so that the next disables it.
        isActive: status !== 'disabled',
      }));
    },
    async create(shop, topic, { url, secret }) {
      const body = { name: `Waybill ${topic}`, topic, delivery_url: url, secret };
      await call(shop, 'POST', 'webhooks', { body });
    },
    async remove(shop, id) {
      const query = { force: 'true' };
      await unlessStatus([404], call(shop, 'DELETE', `webhooks/${id}`, { query }));
    },
  },

  async changed(shop, sinceMs, cursor) {
    const page = Number(cursor ?? 1);
    const answer = await call(shop, 'GET', 'orders', {
      query: {
        per_page: String(PER_PAGE),
        page: String(page),
        orderby: 'date',
        order: 'asc',
        dates_are_gmt: 'true',
        modified_after: new Date(sinceMs).toISOString().slice(0, 19),
      },
    });
    const orders: ShopOrder[] = [];
    let hasFulfillments = true;
    for (const value of listIn(answer)) {
      const id = wooOrder.safeParse(value).data?.id;
      if (id === undefined) continue;
      // One question is enough to find out that the shop does not have the feature.
      const found: readonly WooFulfillment[] | null = hasFulfillments
        ? await fulfillmentsOf(shop, id)
        : null;
      hasFulfillments = found !== null;
      const order = parseOrder(value, found ?? []);
      if (order !== null) orders.push(order);
    }
    const isLast = page >= Number(answer.headers['x-wp-totalpages'] ?? 1);
    return { orders, next: isLast ? null : String(page + 1) };
  },

  async read(shop, orderId) {
    const value = await unlessStatus([404], orderOf(shop, orderId));
    // A deleted order is in the trash first.
    if (value === null) return null;
    const order = parseOrder(value, (await fulfillmentsOf(shop, orderId)) ?? []);
    if (order === null) throw unreadableAnswer();
    return order;
  },

  async write(shop, write) {
    await writeOrder(shop, write);
    await writeFulfillments(shop, write);
    if (shop.settings.order_notes === true) await writeNote(shop, write);
  },
};

/** Stores the state of all parcels with the order, in one request. */
async function writeOrder(shop: CallableShop, { orderId, parcels, isRepeat }: ShopWrite) {
  const value = { parcels };
  if (isRepeat && isDeepStrictEqual(await writtenBefore(shop, orderId), value)) return;
  const { delivered_status: status } = shop.settings;
  const areDelivered = parcels.every((parcel) => parcel.status === 'delivered');
  const body = {
    meta_data: [{ key: OUR_META, value }],
    ...(status !== undefined && areDelivered && { status }),
  };
  await call(shop, 'PUT', `orders/${orderId}`, { body });
}

async function writtenBefore(shop: CallableShop, orderId: string): Promise<unknown> {
  const order = wooOrder.safeParse(await orderOf(shop, orderId)).data;
  return order?.meta_data.find((meta) => meta?.key === OUR_META)?.value;
}

/** A fulfilment loses every meta key that a request does not name, so all are sent back. */
async function writeFulfillments(shop: CallableShop, write: ShopWrite): Promise<void> {
  const { orderId, trackingNumber } = write;
  const parcel = write.parcels.find((each) => each.tracking_number === trackingNumber);
  for (const { id, meta_data: metas } of (await fulfillmentsOf(shop, orderId)) ?? []) {
    if (plainNumber(numberOf(metas) ?? '') !== plainNumber(trackingNumber)) continue;
    const others = metas.filter((meta) => meta !== null && meta.key !== OUR_META);
    const body = { meta_data: [...others, { key: OUR_META, value: parcel }] };
    await call(shop, 'PUT', `orders/${orderId}/fulfillments/${id}`, { body });
  }
}

/** Adds a note that only the shop sees. */
async function writeNote(shop: CallableShop, write: ShopWrite): Promise<void> {
  const path = `orders/${write.orderId}/notes`;
  const note = `${write.trackingNumber}: ${write.statusText}`;
  if (write.isRepeat) {
    const notes = listIn(await call(shop, 'GET', path));
    if (notes.some((each) => wooNote.safeParse(each).data?.note === note)) return;
  }
  await call(shop, 'POST', path, { body: { note, customer_note: false } });
}

async function orderOf(shop: CallableShop, orderId: string): Promise<unknown> {
  return jsonIn(await call(shop, 'GET', `orders/${orderId}`));
}

/** Null: the shop has no core fulfilments, or the key may not see them. */
async function fulfillmentsOf(
  shop: CallableShop,
  orderId: string,
): Promise<readonly WooFulfillment[] | null> {
  const path = `orders/${orderId}/fulfillments`;
  const answer = await unlessStatus([401, 403, 404], call(shop, 'GET', path));
  if (answer === null) return null;
  return listIn(answer).flatMap((each) => wooFulfillment.safeParse(each).data ?? []);
}

interface CallOptions extends Pick<ShopRequest, 'body'> {
  readonly query?: Readonly<Record<string, string>>;
}

/** Calls the REST API: with the keys over TLS, signed without it. */
function call(
  shop: CallableShop,
  method: ShopRequest['method'],
  path: string,
  { query = {}, body }: CallOptions = {},
): Promise<ShopAnswer> {
  const search = new URLSearchParams(query).toString();
  const url = `${shop.url}/wp-json/wc/v3/${path}${search === '' ? '' : `?${search}`}`;
  const { consumer_key: key = '', consumer_secret: secret = '' } = shop.credentials;
  const isSecure = url.startsWith('https:');
  const basic = Buffer.from(`${key}:${secret}`).toString('base64');
  const signing = { key, secret, nonce: shop.randomHex(), nowMs: shop.nowMs() };
  return shop.send({
    method,
    url: isSecure ? url : signedUrl(method, url, signing),
    ...(isSecure && { headers: { authorization: `Basic ${basic}` } }),
    body,
  });
}
