import { z } from 'zod';
import { errorText } from '../../../platform/messages/error-text.ts';
import {
  readReason,
  type Shop,
  type Shops,
  type ShownLeftOut,
  type ShownWrite,
} from '../../../shops/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { madeKey, pageOfAll, readPage, wholeList } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { newShop, shopChange, shopList, shopView, shopWriteList, writesQuery } from './schema.ts';
import { addShop, changeShop, type ShopParts } from './store-shop.ts';

/** A merchant's shops. Their secrets are accepted, shown at most once, and never again. */
export const shopResource = resource(
  { noun: 'shop', tag: 'Shops' },
  {
    create: {
      id: 'createShop',
      method: 'POST',
      path: '/shops',
      summary: 'Connect a shop',
      description:
        'The hub then registers the parcels of its orders and writes each status back. Credentials are checked with the shop first. `http` is allowed only at addresses in `WAYBILL_EGRESS_ALLOW`.',
      scope: 'accounts:write',
      body: newShop,
      answers: { 201: { description: 'Connected, or to be allowed.', schema: shopView } },
      errors: ['conflict'],
      example: { platform: 'woocommerce', url: 'https://shop.example' },
    },
    list: {
      id: 'listShops',
      method: 'GET',
      path: '/shops',
      summary: 'List your shops',
      scope: 'accounts:read',
      query: wholeList,
      answers: { 200: { description: 'All of them, oldest first.', schema: shopList } },
    },
    get: {
      id: 'getShop',
      method: 'GET',
      path: '/shops/:id',
      summary: 'Get a shop and its health',
      scope: 'accounts:read',
      answers: { 200: { description: 'The shop.', schema: shopView } },
    },
    update: {
      id: 'updateShop',
      method: 'PATCH',
      path: '/shops/:id',
      summary: 'Change, pause or resume a shop',
      description:
        'While a shop is paused, nothing is read from it or written to it; what it sends is kept for later.',
      scope: 'accounts:write',
      body: shopChange,
      answers: { 200: { description: 'The changed shop.', schema: shopView } },
      errors: ['conflict'],
      example: { status: 'paused' },
    },
    remove: {
      id: 'deleteShop',
      method: 'DELETE',
      path: '/shops/:id',
      summary: 'Disconnect a shop',
      description: 'Erases its credentials and everything received from it. Shipments stay.',
      scope: 'accounts:write',
      answers: { 204: { description: 'Disconnected.' } },
    },
    writes: {
      id: 'listShopWrites',
      method: 'GET',
      path: '/shops/:id/writes',
      summary: 'List what was written to a shop',
      description: 'And what was not, with the reason.',
      scope: 'accounts:read',
      query: writesQuery,
      answers: { 200: { description: 'Newest first.', schema: shopWriteList } },
    },
  },
  ({ shops, clock }: ShopParts) => ({
    create: async ({ tenant, body }) => {
      const { shop, webhookSecret, authorizeUrl } = await addShop({ shops, clock }, tenant, body);
      const secrets = { webhook_secret: webhookSecret, authorize_url: authorizeUrl };
      return { status: 201, body: { ...shopJson(shops, shop), ...secrets } };
    },
    list: async ({ tenant, query }) => ({
      status: 200,
      body: pageOfAll('shops', tenant, query, await shops.list(tenant), {
        key: madeKey,
        json: (shop) => shopJson(shops, shop),
      }),
    }),
    get: async ({ tenant, id, found }) => {
      const shop = found(await shops.find(tenant, id));
      const counts = await shops.counts(tenant, id);
      const { leftOut, doubtful } = await shops.leftOut(tenant, id);
      const refused = (await shops.refused(tenant, id)).map((each) => ({
        order_id: each.orderId,
        reason: errorText(each.problem),
        since: iso(each.createdAtMs),
      }));
      const health = { ...healthJson(shop), ...counts, refused };
      const left_out = leftOut.map((each) => ({ field: each.part.field, ...reportedJson(each) }));
      const number_warnings = doubtful.map(reportedJson);
      return {
        status: 200,
        body: { ...shopJson(shops, shop), health: { ...health, left_out, number_warnings } },
      };
    },
    update: async ({ tenant, id, body, found }) => {
      const shop = found(await changeShop(shops, tenant, id, body));
      return { status: 200, body: shopJson(shops, shop) };
    },
    remove: async ({ tenant, id, found }) => {
      found(await shops.remove(tenant, id));
      return { status: 204 };
    },
    writes: async ({ tenant, id, query, found }) => {
      found(await shops.find(tenant, id));
      const of = { shopId: id, shipmentId: query.shipment_id ?? null };
      const page = await readPage(
        { name: `shop-writes ${id}`, position: BY_NR },
        tenant,
        query,
        (after, limit) => shops.writes(tenant, of, { before: after?.nr ?? null, limit }),
        { position: ({ nr }) => ({ nr }), json: writeJson },
      );
      return { status: 200, body: page };
    },
  }),
);

const BY_NR = z.strictObject({ nr: z.string().regex(/^\d{1,18}$/) });

function shopJson(shops: Shops, shop: Shop) {
  return {
    id: shop.id,
    status: shop.state,
    disabled_reason: shop.disabledReason && errorText(shop.disabledReason),
    platform: shop.platform,
    url: shop.url,
    credentials: shop.credentialNames,
    settings: shop.settings,
    authorize_url: null,
    webhook_url: shops.webhookUrl(shop),
    webhook_secret: null,
    imports_since: iso(shop.importsFromMs),
    created_at: iso(shop.createdAtMs),
    connected_at: iso(shop.connectedAtMs),
    health: null,
  };
}

function healthJson(shop: Shop) {
  return {
    last_received_at: iso(shop.lastReceivedAtMs),
    last_read_at: iso(shop.lastReadAtMs),
    last_written_at: iso(shop.lastWrittenAtMs),
    compared_until: iso(shop.reconciledUntilMs),
    paused_until: iso(shop.pausedUntilMs),
    failures: shop.failures,
    last_failure: shop.lastFailure && errorText(shop.lastFailure),
  };
}

function reportedJson({ part, orders, lastOrderId, lastAtMs }: ShownLeftOut) {
  const words = { reason: errorText(part.reason), fix: errorText(part.fix) };
  return { ...words, orders, last_order_id: lastOrderId, last_at: iso(lastAtMs) };
}

function writeJson(write: ShownWrite) {
  const reason = readReason(write.reason);
  return {
    order_id: write.orderId,
    shipment_id: write.shipmentId,
    status: write.status,
    estimated_date: write.estimatedDelivery,
    occurred_at: iso(write.occurredAtMs),
    recorded_at: iso(write.recordedAtMs),
    state: write.state,
    reason: reason && errorText(reason),
    tries: write.tries,
    settled_at: iso(write.settledAtMs),
  };
}
