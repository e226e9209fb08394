import { standardHeaders, standardKey } from '../../../kernel/wire/standard-webhooks.ts';
import type { CallableShop, ShopApi, ShopPlatform } from '../../contract.ts';
import { readMapping } from './mapping.ts';
import { ordersFileColumns, readOrdersFile } from './orders-file.ts';
import { readEvent } from './parse.ts';
import { webhook } from './verify.ts';

/** A generic shop sends its orders by itself; only statuses are posted to it. */
const api: ShopApi = {
  canRead: false,
  async check() {},
  changed: async () => ({ orders: [], next: null }),
  read: async () => null,
  async write(shop, { orderId, id, occurredAtMs, trackingNumber, parcels }) {
    const occurredAt = new Date(occurredAtMs).toISOString();
    const about = { order_id: orderId, tracking_number: trackingNumber, occurred_at: occurredAt };
    await post(shop, id, { ...about, parcels });
  },
};

/** Posts to the shop's URL, signed like our webhooks. A repetition has the same id. */
async function post(shop: CallableShop, id: string, value: object): Promise<void> {
  const body = JSON.stringify(value);
  await shop.send({
    method: 'POST',
    url: shop.url,
    headers: standardHeaders({ id, sentMs: shop.nowMs(), body }, [standardKey(shop.webhookSecret)]),
    body,
  });
}

/** Any shop that can send signed JSON. Its address is where statuses are posted. */
export const platform: ShopPlatform = {
  id: 'generic',
  name: 'Generic',
  credentials: [],
  settings: ['mapping'],
  checkSettings({ mapping }) {
    const read = readMapping(mapping);
    return 'fault' in read ? read.fault : null;
  },
  secretForm: 'standard',
  webhook,
  readEvent,
  readOrdersFile,
  ordersFileColumns,
  api,
};
