import { Problem } from '../../kernel/errors.ts';
import { isUuid, uuidV4 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { constantTimeEquals } from '../../kernel/wire/hmac.ts';
import { type Database, withTenant, withTransaction } from '../../platform/database/database.ts';
import type { Egress } from '../../platform/net/egress.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import { newSecret } from '../../reactions/merchant-webhooks/index.ts';
import type { ShopPlatform, ShopSettings } from '../contract.ts';
import type { Platforms } from '../load-platforms.ts';
import { type OrderCounts, orderCounts } from '../orders/orders.sql.ts';
import { ShopFailure } from '../shop-failure.ts';
import { type ShownWrite, visibleWrites } from '../writes/writes.sql.ts';
import { type CallDeps, callableShop, shopWebhookUrl } from './call-shop.ts';
import {
  type OpenedShop,
  openShop,
  type Shop,
  type ShopSecrets,
  sealShop,
  toShop,
} from './shop.ts';
import {
  deleteShop,
  insertShop,
  type ShopRow,
  shopById,
  updateShop,
  visibleShops,
} from './shops.sql.ts';

export interface ShopsDeps extends CallDeps {
  readonly egress: Pick<Egress, 'send' | 'checkUrl'>;
  readonly db: Pick<Database, 'app' | 'pipeline'>;
  readonly keyring: Keyring;
  readonly platforms: Platforms;
}

/** A connection as a merchant asks for it; the caller has checked its members. */
export interface NewShop {
  readonly platform: ShopPlatform;
  readonly url: string;
  /** Null: they come from the shop's own page. */
  readonly credentials: Readonly<Record<string, string>> | null;
  readonly settings: ShopSettings;
  readonly importsFromMs: number;
}

/** A new connection, with what is shown only once. */
export interface ConnectedShop {
  readonly shop: Shop;
  readonly webhookSecret: string;
  readonly authorizeUrl: string | null;
}

export interface ShopPatch {
  readonly state?: 'connected' | 'paused' | undefined;
  readonly settings?: ShopSettings | undefined;
  readonly credentials?: Readonly<Record<string, string>> | undefined;
}

/** Use cases of merchants' shops. */
export interface Shops {
  readonly platforms: Platforms;
  /** Rejects with `ShopFailure` if the shop refuses the credentials, and `Problem` if it is there. */
  create(tenant: Tenant, wanted: NewShop): Promise<ConnectedShop>;
  list(tenant: Tenant): Promise<readonly Shop[]>;
  find(tenant: Tenant, id: string): Promise<Shop | null>;
  counts(tenant: Tenant, id: string): Promise<OrderCounts>;
  change(tenant: Tenant, id: string, patch: ShopPatch): Promise<Shop | null>;
  /** Disconnects a shop and erases what it sent; shipments stay. False: there is none. */
  remove(tenant: Tenant, id: string): Promise<boolean>;
  writes(
    tenant: Tenant,
    of: { readonly shopId: string; readonly shipmentId: string | null },
    page: { readonly before: string | null; readonly limit: number },
  ): Promise<readonly ShownWrite[]>;
  /** Stores credentials that a shop sends after a person's permission; false: it is not expected. */
  authorize(id: string, text: string): Promise<boolean>;
  /** Returns a shop of any tenant; null: it does not exist, or its platform is not installed. */
  open(id: string): Promise<OpenedShop | null>;
  webhookUrl(shop: Shop): string;
}

/** How long a permission is waited for. */
const AUTHORIZATION_MS = 3_600_000;
const SECRET_BYTES = 32;

export function createShops(deps: ShopsDeps): Shops {
  const { db, platforms, publicUrl } = deps;
  const visible = (tenant: Tenant, id: string) =>
    isUuid(id) ? withTenant(db.app, tenant, (tx) => shopById(tx, id)) : null;
  return {
    platforms,
    webhookUrl: (shop) => shopWebhookUrl(publicUrl(), shop.id),
    create: (tenant, wanted) => createShop(deps, tenant, wanted),
    async list(tenant) {
      return (await withTenant(db.app, tenant, visibleShops)).map(toShop);
    },
    async find(tenant, id) {
      const row = await visible(tenant, id);
      return row && toShop(row);
    },
    counts: (tenant, id) => withTenant(db.app, tenant, (tx) => orderCounts(tx, id)),
    async change(tenant, id, patch) {
      const row = await visible(tenant, id);
      return row && changeShop(deps, row, patch);
    },
    async remove(tenant, id) {
      const row = await visible(tenant, id);
      if (row !== null) await removeShop(deps, row);
      return row !== null;
    },
    writes: (tenant, of, page) => withTenant(db.app, tenant, (tx) => visibleWrites(tx, of, page)),
    async authorize(id, text) {
      const row = isUuid(id) ? await shopById(db.pipeline, id) : null;
      return row !== null && authorizeShop(deps, row, text);
    },
    open: async (id) => (isUuid(id) ? opened(deps, await shopById(db.pipeline, id)) : null),
  };
}

function opened({ platforms, keyring }: ShopsDeps, row: ShopRow | null): OpenedShop | null {
  const platform = row === null ? undefined : platforms.get(row.platform);
  if (row === null || platform === undefined) return null;
  return { shop: toShop(row), secrets: openShop(keyring, row), platform };
}

function randomText({ randomBytes }: ShopsDeps): string {
  return Buffer.from(randomBytes(SECRET_BYTES)).toString('hex');
}

/** Checks credentials with the shop, and lets it send webhooks. */
async function connect(deps: ShopsDeps, shop: ShopRow, secrets: ShopSecrets): Promise<void> {
  const api = deps.platforms.get(shop.platform)?.api;
  const callable = callableShop(deps, { shop, secrets });
  await api?.check(callable);
  await api?.subscribe(callable);
}

async function createShop(
  deps: ShopsDeps,
  tenant: Tenant,
  { platform, url, credentials, settings, importsFromMs }: NewShop,
): Promise<ConnectedShop> {
  const { db, egress, keyring, clock, randomBytes, publicUrl } = deps;
  const id = uuidV4(randomBytes(16));
  const nowMs = clock.nowMs();
  const isConnected = credentials !== null;
  const secrets: ShopSecrets = {
    credentials: credentials ?? {},
    webhookSecret: platform.secretForm === 'standard' ? newSecret(randomBytes) : randomText(deps),
    ...(!isConnected && {
      authorization: { secret: randomText(deps), untilMs: nowMs + AUTHORIZATION_MS },
    }),
  };
  const row: ShopRow = {
    ...NEW,
    ...tenant,
    id,
    platform: platform.id,
    url,
    state: isConnected ? 'connected' : 'authorize',
    sealed: sealShop(keyring, id, secrets),
    credentialNames: Object.keys(secrets.credentials).sort(),
    settings,
    importsFromMs,
    createdAtMs: nowMs,
    connectedAtMs: isConnected ? nowMs : null,
  };
  const refusal = await egress.checkUrl(url, { requireTls: true });
  if (refusal !== null) throw new ShopFailure('refused', refusal.detail);
  const others = await withTenant(db.app, tenant, visibleShops);
  const isKnown = others.some((each) => each.platform === row.platform && each.url === url);
  // Checked before the shop is asked to send webhooks, and again by the insertion.
  if (!isKnown && isConnected) await connect(deps, row, secrets);
  const isNew = !isKnown && (await withTenant(db.app, tenant, (tx) => insertShop(tx, row)));
  if (!isNew) throw new Problem('conflict', { 'shops.alreadyConnected': { url } });
  return {
    shop: toShop(row),
    webhookSecret: secrets.webhookSecret,
    authorizeUrl: authorizePage(platform, row, secrets, publicUrl()),
  };
}

async function changeShop(
  deps: ShopsDeps,
  row: ShopRow,
  { state, settings, credentials }: ShopPatch,
): Promise<Shop> {
  const { db, keyring, clock } = deps;
  const { id, merchantId, mode } = row;
  const secrets = openShop(keyring, row);
  const next: ShopSecrets =
    credentials === undefined
      ? secrets
      : {
          webhookSecret: secrets.webhookSecret,
          credentials: { ...secrets.credentials, ...credentials },
        };
  const nowMs = clock.nowMs();
  const changed: ShopRow = {
    ...row,
    state: state ?? (credentials === undefined ? row.state : 'connected'),
    settings: { ...row.settings, ...settings },
    sealed: sealShop(keyring, id, next),
    credentialNames: Object.keys(next.credentials).sort(),
    connectedAtMs: row.connectedAtMs ?? (credentials === undefined ? null : nowMs),
    disabledReason: null,
  };
  if (changed.connectedAtMs === null && state !== undefined) {
    throw new Problem('conflict', 'shops.notAuthorized');
  }
  if (credentials !== undefined) await connect(deps, changed, next);
  await withTenant(db.app, { merchantId, mode }, (tx) => updateShop(tx, changed, nowMs));
  return toShop({ ...changed, failures: 0, failingSinceMs: null, pausedUntilMs: null });
}

async function removeShop(deps: ShopsDeps, row: ShopRow): Promise<void> {
  const shop = opened(deps, row);
  // A shop that does not answer is disconnected too; its webhooks are refused from now on.
  await shop?.platform.api?.unsubscribe(callableShop(deps, shop)).catch((error: unknown) => {
    if (!(error instanceof ShopFailure)) throw error;
  });
  await withTransaction(deps.db.pipeline, (tx) => deleteShop(tx, row.id));
}

async function authorizeShop(deps: ShopsDeps, row: ShopRow, text: string): Promise<boolean> {
  const { db, keyring, clock } = deps;
  const shop = opened(deps, row);
  const answer = shop?.platform.authorization?.read(text) ?? null;
  if (shop === null || answer === null) return false;
  const { authorization, ...secrets } = shop.secrets;
  const nowMs = clock.nowMs();
  if (authorization === undefined || authorization.untilMs < nowMs) return false;
  if (!constantTimeEquals(answer.secret, authorization.secret)) return false;
  const next = { ...secrets, credentials: answer.credentials };
  const changed: ShopRow = {
    ...row,
    state: 'connected',
    sealed: sealShop(keyring, row.id, next),
    credentialNames: Object.keys(next.credentials).sort(),
    connectedAtMs: nowMs,
  };
  // The shop waits for the answer, so its webhooks are set up by the first comparison.
  await updateShop(db.pipeline, changed, nowMs);
  return true;
}

const NEW = {
  disabledReason: null,
  lastReceivedAtMs: null,
  lastReadAtMs: null,
  lastWrittenAtMs: null,
  reconciledUntilMs: null,
  pausedUntilMs: null,
  failingSinceMs: null,
  failures: 0,
  lastFailure: null,
};

function authorizePage(
  { authorization }: ShopPlatform,
  { id, url }: ShopRow,
  { authorization: pending }: ShopSecrets,
  publicUrl: string,
): string | null {
  if (authorization === undefined || pending === undefined) return null;
  return authorization.page({
    url,
    secret: pending.secret,
    callbackUrl: `${shopWebhookUrl(publicUrl, id)}/authorization`,
    returnUrl: `${publicUrl}/console`,
  });
}
