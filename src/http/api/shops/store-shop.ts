import type { z } from 'zod';
import { closest } from '../../../kernel/closest.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import {
  type ConnectedShop,
  type Shop,
  ShopFailure,
  type ShopPlatform,
  type ShopSettings,
  type Shops,
  shopUrl,
} from '../../../shops/index.ts';
import { invalidMember } from '../../kit/validation.ts';
import type { newShop, shopChange } from './schema.ts';

export interface ShopParts {
  readonly shops: Shops;
  readonly clock: Clock;
}

/**
 * Connects a shop.
 *
 * @throws Problem 422 with a pointer to what is wrong, 409 if it is connected already
 */
export function addShop(
  { shops, clock }: ShopParts,
  tenant: Tenant,
  body: z.output<typeof newShop>,
): Promise<ConnectedShop> {
  const platform = platformNamed(shops, body.platform);
  const { credentials = {}, settings = {}, imports_since: from } = body;
  const wanted = {
    platform,
    url: checkedUrl(platform, body.url),
    credentials: checkedCredentials(platform, credentials),
    settings: checkedSettings(platform, settings),
    importsFromMs: checkedStart(from === undefined ? null : Date.parse(from), clock.nowMs()),
  };
  return reached(shops.create(tenant, wanted));
}

/**
 * Changes the given members of a shop; null: the tenant has no such shop.
 *
 * @throws Problem 422 with a pointer to what is wrong, 409 if nobody has allowed the connection yet
 */
export async function changeShop(
  shops: Shops,
  tenant: Tenant,
  id: string,
  { status, settings, credentials }: z.output<typeof shopChange>,
): Promise<Shop | null> {
  const before = await shops.find(tenant, id);
  if (before === null) return null;
  const platform = platformNamed(shops, before.platform);
  const patch = {
    ...(status !== undefined && { state: status }),
    ...(settings !== undefined && { settings: checkedSettings(platform, settings) }),
    ...(credentials !== undefined && { credentials }),
  };
  return reached(shops.change(tenant, id, patch));
}

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
