import { z } from 'zod';
import { closest } from '../../../kernel/closest.ts';
import type { Clock } from '../../../platform/clock.ts';
import { errorText } from '../../../platform/messages/error-text.ts';
import {
  readReason,
  type Shop,
  ShopFailure,
  type ShopPlatform,
  type ShopSettings,
  type Shops,
  type ShownWrite,
  shopUrl,
} from '../../../shops/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { madeKey, pageOfAll, readPage, wholeList } from '../../kit/paged.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import { newShop, shopChange, shopList, shopView, shopWriteList, writesQuery } from './schema.ts';

interface ShopParts {
  readonly shops: Shops;
  readonly clock: Clock;
}

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
      const platform = platformNamed(shops, body.platform);
      const { credentials = {}, settings = {}, imports_since: from } = body;
      const wanted = {
        platform,
        url: checkedUrl(platform, body.url),
        credentials: checkedCredentials(platform, credentials),
        settings: checkedSettings(platform, settings),
        importsFromMs: checkedStart(from === undefined ? null : Date.parse(from), clock.nowMs()),
      };
      const { shop, webhookSecret, authorizeUrl } = await reached(shops.create(tenant, wanted));
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
      const health = { ...healthJson(shop), ...(await shops.counts(tenant, id)) };
      return { status: 200, body: { ...shopJson(shops, shop), health } };
    },
    update: async ({ tenant, id, body, found }) => {
      const before = found(await shops.find(tenant, id));
      const platform = platformNamed(shops, before.platform);
      const { status, settings, credentials } = body;
      const patch = {
        ...(status !== undefined && { state: status }),
        ...(settings !== undefined && { settings: checkedSettings(platform, settings) }),
        ...(credentials !== undefined && { credentials }),
      };
      const shop = found(await reached(shops.change(tenant, id, patch)));
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

function platformNamed({ platforms }: Shops, id: string): ShopPlatform {
  const platform = platforms.get(id);
  if (platform !== undefined) return platform;
  const meant = closest(id, [...platforms.keys()]);
  const names = meant ?? [...platforms.keys()].join(', ');
  throw invalidMember('/platform', 'shops.noSuchPlatform', { 'shops.installPlatform': { names } });
}

function checkedUrl({ urlForm }: ShopPlatform, given: string): string {
  const url = shopUrl(given);
  if (url !== null && urlForm?.matches(url) !== false) return url;
  const example = urlForm?.example ?? 'https://shop.example';
  throw invalidMember('/url', 'shops.notShopUrl', { 'shops.enterShopUrl': { example } });
}

/** Checks that all of what connects is there, or, if none of it is, what its own page needs. */
function checkedCredentials(
  { credentials: fields, authorization }: ShopPlatform,
  sent: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const known = fields.map(({ name }) => name);
  const unknown = Object.keys(sent).filter((name) => !known.includes(name));
  const required = fields.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  const isByPage = authorization !== undefined && !required.some((name) => name in sent);
  const needed = isByPage ? authorization.needs : required;
  const missing = needed.filter((name) => !(name in sent));
  const fix = { 'shops.enterCredentials': { names: known.join(', ') || 'none' } };
  if (unknown.length > 0) {
    const reason = { 'shops.unexpectedCredentials': { names: unknown.join(', ') } };
    throw invalidMember('/credentials', reason, fix);
  }
  if (missing.length > 0) {
    const reason = { 'shops.missingCredentials': { names: missing.join(', ') } };
    throw invalidMember('/credentials', reason, fix);
  }
  return sent;
}

function checkedSettings({ checkSettings }: ShopPlatform, settings: ShopSettings): ShopSettings {
  const reason = checkSettings?.(settings) ?? null;
  if (reason === null) return settings;
  const fault = { 'shops.mappingUnusable': { reason } };
  throw invalidMember('/settings/mapping', fault, fault);
}

const DAY_MS = 86_400_000;
/** Older orders have ended, and most shops have none. */
const START_MS_MAX = 3_653 * DAY_MS;

function checkedStart(givenMs: number | null, nowMs: number): number {
  if (givenMs === null) return nowMs - 30 * DAY_MS;
  if (givenMs <= nowMs && givenMs >= nowMs - START_MS_MAX) return givenMs;
  throw invalidMember('/imports_since', 'shops.chooseStart', 'shops.chooseStart');
}

/** Turns a shop's refusal into a 422 about its address. */
async function reached<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof ShopFailure)) throw error;
    const pointer = error.kind === 'credentials' ? '/credentials' : '/url';
    const reason = { 'shops.shopUnreachable': { reason: { text: error.reason } } };
    throw invalidMember(pointer, reason, 'shops.useOtherAnswer');
  }
}

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
