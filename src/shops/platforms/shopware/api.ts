import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { looseList } from '../../../kernel/wire/loose.ts';
import type { CallableShop, ShopAnswer, ShopApi, ShopRequest } from '../../contract.ts';
import { grantedToken, jsonIn, readAs } from '../../json-answer.ts';
import { plainNumber } from '../../plain-number.ts';
import { ShopFailure, unreadableAnswer } from '../../shop-failure.ts';
import { parseOrder, shopwareOrder } from './parse.ts';

const PER_PAGE = 50;
/** The custom field of a delivery that the hub writes. */
const OUR_FIELD = 'waybill';

const found = z.object({ data: looseList(z.unknown(), PER_PAGE) });

/** States are null unless they are asked for. */
const ASSOCIATIONS = {
  stateMachineState: {},
  orderCustomer: {},
  lineItems: {},
  language: { associations: { locale: {} } },
  deliveries: {
    associations: {
      shippingMethod: {},
      shippingOrderAddress: { associations: { country: {} } },
    },
  },
};

export const api: ShopApi = {
  canRead: true,

  async check(shop) {
    await search(shop, { limit: 1 });
  },

  async changed(shop, sinceMs, cursor) {
    const page = Number(cursor ?? 1);
    const gte = new Date(sinceMs).toISOString();
    // A new tracking code changes the delivery, and not the order.
    const fields = ['createdAt', 'updatedAt', 'deliveries.updatedAt'];
    const values = await search(shop, {
      ...{ page, limit: PER_PAGE },
      filter: [
        {
          ...{ type: 'multi', operator: 'or' },
          queries: fields.map((field) => ({ type: 'range', field, parameters: { gte } })),
        },
      ],
      sort: [{ field: 'createdAt', order: 'ASC' }],
    });
    return {
      orders: values.flatMap((value) => parseOrder(value) ?? []),
      next: values.length < PER_PAGE ? null : String(page + 1),
    };
  },

  async read(shop, orderId) {
    const value = await orderOf(shop, orderId);
    if (value === undefined) return null;
    const order = parseOrder(value);
    if (order === null) throw unreadableAnswer();
    return order;
  },

  /** Writes the parcels of each delivery that has the number, unless they are there already. */
  async write(shop, { orderId, trackingNumber, parcels }) {
    const order = shopwareOrder.safeParse(await orderOf(shop, orderId)).data;
    const wanted = plainNumber(trackingNumber);
    let isFound = false;
    for (const delivery of order?.deliveries ?? []) {
      const codes = delivery?.trackingCodes.map((code) => plainNumber(code ?? '')) ?? [];
      if (delivery === null || !codes.includes(wanted)) continue;
      isFound = true;
      const ours = parcels.filter((each) => codes.includes(plainNumber(each.tracking_number)));
      const value = { parcels: ours };
      if (isDeepStrictEqual(delivery.customFields?.[OUR_FIELD], value)) continue;
      await call(shop, 'PATCH', `order-delivery/${delivery.id}`, {
        customFields: { ...delivery.customFields, [OUR_FIELD]: value },
      });
    }
    if (!isFound) throw new ShopFailure('refused', 'shops.numberRemoved');
  },
};

/** Undefined: the shop has no such order. */
async function orderOf(shop: CallableShop, id: string): Promise<unknown> {
  const filter = [{ type: 'equals', field: 'id', value: id }];
  const [order] = await search(shop, { limit: 1, filter });
  return order;
}

async function search(shop: CallableShop, criteria: object): Promise<readonly unknown[]> {
  const body = { ...criteria, associations: ASSOCIATIONS };
  return readAs(found, jsonIn(await call(shop, 'POST', 'search/order', body))).data;
}

/** Calls with a new token, which lasts ten minutes and costs little. */
async function call(
  shop: CallableShop,
  method: ShopRequest['method'],
  path: string,
  body: object,
): Promise<ShopAnswer> {
  const { client_id, client_secret } = shop.credentials;
  const granted = await shop.send({
    method: 'POST',
    url: `${shop.url}/api/oauth/token`,
    body: { grant_type: 'client_credentials', client_id, client_secret },
  });
  const { access_token } = readAs(grantedToken, jsonIn(granted));
  const headers = { authorization: `Bearer ${access_token}` };
  return shop.send({ method, url: `${shop.url}/api/${path}`, headers, body });
}
