import { Problem } from '../../kernel/errors.ts';
import { isUuid, uuidV4 } from '../../kernel/ids.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import { constantTimeEquals } from '../../kernel/wire/hmac.ts';
import { type Database, withTenant, withTransaction } from '../../platform/database/database.ts';
import type { Egress } from '../../platform/net/egress.ts';
import type { Keyring } from '../../platform/sealing/sealing.ts';
import { newSecret } from '../../reactions/merchant-webhooks/index.ts';
import type { CallableShop, ShopPlatform, ShopSettings } from '../contract.ts';
import type { Platforms } from '../load-platforms.ts';
import { ShopFailure } from '../shop-failure.ts';
import { type CallDeps, callableShop, calledUrl, canReach, shopWebhookUrl } from './call-shop.ts';
import { keepWebhooks, removeWebhooks } from './keep-webhooks.ts';
import { refusedAddress } from './refused-address.ts';
import {
  type OpenedShop,
  openShop,
  type Shop,
  type ShopSecrets,
  sealShop,
  toShop,
} from './shop.ts';
import { createShopViews, type ShopViews } from './shop-views.ts';
import {
  deleteShop,
  insertShop,
  resealShop,
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
  /** Returns the address of a platform's sandbox shop; absent: there is none. */
  readonly sandboxOrigin?: (platform: string) => string | null;
}

/** A connection as a merchant asks for it; the caller has checked its members. */
export interface NewShop {
  readonly platform: ShopPlatform;
  readonly url: string;
  /** Without the required ones, they come from the shop's own page. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly settings: ShopSettings;
  readonly importsFromMs: number;
}

/** A new connection, with what is shown only once. */
export interface ConnectedShop {
  readonly shop: Shop;
  /** Null: the shop signs with one of its own. */
  readonly webhookSecret: string | null;
  readonly authorizeUrl: string | null;
}

export interface ShopPatch {
  readonly state?: 'connected' | 'paused' | undefined;
  readonly settings?: ShopSettings | undefined;
  readonly credentials?: Readonly<Record<string, string>> | undefined;
}

/** Use cases of merchants' shops. */
export interface Shops extends ShopViews {
  readonly platforms: Platforms;
  /** Rejects with `ShopFailure` if the shop refuses the credentials, and `Problem` if it is there. */
  create(tenant: Tenant, wanted: NewShop): Promise<ConnectedShop>;
  list(tenant: Tenant): Promise<readonly Shop[]>;
  find(tenant: Tenant, id: string): Promise<Shop | null>;
  change(tenant: Tenant, id: string, patch: ShopPatch): Promise<Shop | null>;
  /** Disconnects a shop and erases what it sent; shipments stay. False: there is none. */
  remove(tenant: Tenant, id: string): Promise<boolean>;
  /** Returns the page where a person allows the connection; null: none is waited for. */
  permissionUrl(tenant: Tenant, id: string): Promise<string | null>;
  /** Waits for a permission again, as after an hour. The old credentials stay until it is given. */
  askPermission(tenant: Tenant, id: string): Promise<string | null>;
  /** Replaces the secret with which a shop without an API of its own signs. */
  renewSecret(tenant: Tenant, id: string): Promise<string | null>;
  /** Stores what a shop answers after a person's permission; null: it is not expected. */
  authorize(platform: string, answer: string): Promise<Shop | null>;
  /** Returns a shop of any tenant; null: it does not exist, or its platform is not installed. */
  open(id: string): Promise<OpenedShop | null>;
  /** Returns a shop as its platform calls it. */
  callable(opened: OpenedShop): CallableShop;
  webhookUrl(shop: Shop): string;
  /** Whether a shop cannot reach the hub, so that it is asked for changes instead. */
  isPolled(shop: Pick<Shop, 'platform' | 'url'>): boolean;
  /** The address of this hub's sandbox shop; null: there is none. */
  sandboxUrl(platform: string): string | null;
}

/** How long a permission is waited for. */
const AUTHORIZATION_MS = 3_600_000;
const SECRET_BYTES = 32;

export function createShops(deps: ShopsDeps): Shops {
  const { db, platforms, publicUrl } = deps;
  const visible = (tenant: Tenant, id: string) =>
    isUuid(id) ? withTenant(db.app, tenant, (tx) => shopById(tx, id)) : null;
  return {
    ...createShopViews(deps),
    platforms,
    isPolled: ({ platform, url }) =>
      platforms.get(platform)?.api?.canRead === true && !canReach(url, publicUrl()),
    sandboxUrl(platform) {
      const url = deps.sandboxOrigin?.(platform) ?? null;
      return url !== null && platforms.get(platform)?.urlForm?.matches(url) !== false ? url : null;
    },
    webhookUrl: (shop) => shopWebhookUrl(publicUrl(), shop.id),
    create: (tenant, wanted) => createShop(deps, tenant, wanted),
    async list(tenant) {
      return (await withTenant(db.app, tenant, visibleShops)).map(toShop);
    },
    async find(tenant, id) {
      const row = await visible(tenant, id);
      return row && toShop(row);
    },
    async change(tenant, id, patch) {
      const row = await visible(tenant, id);
      return row && changeShop(deps, row, patch);
    },
    async remove(tenant, id) {
      const row = await visible(tenant, id);
      if (row !== null) await removeShop(deps, row);
      return row !== null;
    },
    async permissionUrl(tenant, id) {
      const shop = opened(deps, await visible(tenant, id));
      if (shop?.secrets.authorization === undefined) return null;
      if (shop.secrets.authorization.untilMs < deps.clock.nowMs()) return null;
      return authorizePage(deps, shop);
    },
    async askPermission(tenant, id) {
      const shop = opened(deps, await visible(tenant, id));
      if (shop?.platform.authorization === undefined) return null;
      const secrets = { ...shop.secrets, authorization: newAuthorization(deps, id) };
      await reseal(deps, tenant, id, secrets);
      return authorizePage(deps, { ...shop, secrets });
    },
    async renewSecret(tenant, id) {
      const shop = opened(deps, await visible(tenant, id));
      if (shop === null || shop.platform.api?.canRead === true) return null;
      const webhookSecret = newWebhookSecret(deps, shop.platform);
      await reseal(deps, tenant, id, { ...shop.secrets, webhookSecret });
      return webhookSecret;
    },
    authorize: (platform, answer) => authorizeShop(deps, platform, answer),
    callable: (shop) => callableShop(deps, shop),
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

/** Its secret names the shop, because a platform's shops may all answer at one address. */
function newAuthorization(deps: ShopsDeps, id: string) {
  const untilMs = deps.clock.nowMs() + AUTHORIZATION_MS;
  return { secret: `${id}.${randomText(deps)}`, untilMs };
}

function newWebhookSecret(deps: ShopsDeps, { secretForm }: ShopPlatform): string {
  return secretForm === 'standard' ? newSecret(deps.randomBytes) : randomText(deps);
}

async function reseal(deps: ShopsDeps, tenant: Tenant, id: string, secrets: ShopSecrets) {
  const { sealed } = sealShop(deps.keyring, id, secrets);
  await withTenant(deps.db.app, tenant, (tx) => resealShop(tx, id, sealed));
}

/** Checks credentials with the shop, and lets it send webhooks. */
async function connect(deps: ShopsDeps, shop: ShopRow, secrets: ShopSecrets): Promise<void> {
  const platform = deps.platforms.get(shop.platform);
  if (platform === undefined) return;
  const callable = callableShop(deps, { shop, secrets, platform });
  await platform.api?.check(callable);
  if (platform.api) await keepWebhooks(platform.api, callable);
}

async function createShop(
  deps: ShopsDeps,
  tenant: Tenant,
  { platform, url, credentials, settings, importsFromMs }: NewShop,
): Promise<ConnectedShop> {
  const { db, egress, keyring, clock, randomBytes } = deps;
  const id = uuidV4(randomBytes(16));
  const nowMs = clock.nowMs();
  const isConnected = platform.credentials.every(
    ({ name, isRequired }) => !isRequired || name in credentials,
  );
  const secrets: ShopSecrets = {
    credentials,
    webhookSecret: newWebhookSecret(deps, platform),
    ...(!isConnected && {
      authorization: newAuthorization(deps, id),
    }),
  };
  const row: ShopRow = {
    ...NEW,
    ...tenant,
    id,
    platform: platform.id,
    url,
    state: isConnected ? 'connected' : 'authorize',
    ...sealShop(keyring, id, secrets),
    settings,
    importsFromMs,
    createdAtMs: nowMs,
    connectedAtMs: isConnected ? nowMs : null,
  };
  const called = calledUrl(deps, platform, url);
  const refusal = await egress.checkUrl(called, { requireTls: true });
  if (refusal !== null) throw refusedAddress(url, refusal);
  const others = await withTenant(db.app, tenant, visibleShops);
  const isKnown = others.some((each) => each.platform === row.platform && each.url === url);
  // Checked before the shop is asked to send webhooks, and again by the insertion.
  if (!isKnown && isConnected) await connect(deps, row, secrets);
  const isNew = !isKnown && (await withTenant(db.app, tenant, (tx) => insertShop(tx, row)));
  if (!isNew) throw new Problem('conflict', { 'shops.alreadyConnected': { url } });
  return {
    shop: toShop(row),
    webhookSecret: platform.signingCredential === undefined ? secrets.webhookSecret : null,
    authorizeUrl: authorizePage(deps, { shop: toShop(row), platform, secrets }),
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
    ...sealShop(keyring, id, next),
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
  // From now on, a comparison in progress leaves no webhook behind.
  await updateShop(deps.db.pipeline, { ...row, state: 'paused' }, deps.clock.nowMs());
  // A shop that does not answer is disconnected too; its webhooks are refused from now on.
  if (shop?.platform.api) {
    await removeWebhooks(shop.platform.api, callableShop(deps, shop)).catch((error: unknown) => {
      if (!(error instanceof ShopFailure)) throw error;
    });
  }
  await withTransaction(deps.db.pipeline, (tx) => deleteShop(tx, row.id));
}

async function authorizeShop(
  deps: ShopsDeps,
  platformId: string,
  answer: string,
): Promise<Shop | null> {
  const { db, keyring, clock } = deps;
  const { authorization } = deps.platforms.get(platformId) ?? {};
  const secret = authorization?.secretIn(answer) ?? '';
  const [id = ''] = secret.split('.');
  const row = isUuid(id) ? await shopById(db.pipeline, id) : null;
  const shop = opened(deps, row);
  if (row?.platform !== platformId || shop === null || authorization === undefined) return null;
  const { authorization: pending, ...secrets } = shop.secrets;
  const nowMs = clock.nowMs();
  if (pending === undefined || pending.untilMs < nowMs) return null;
  if (!constantTimeEquals(secret, pending.secret)) return null;
  const credentials = await authorization
    .credentialsIn(answer, callableShop(deps, shop))
    .catch((error: unknown) => {
      if (error instanceof ShopFailure) return null;
      throw error;
    });
  if (credentials === null) return null;
  const next = { ...secrets, credentials: { ...secrets.credentials, ...credentials } };
  const changed: ShopRow = {
    ...row,
    state: 'connected',
    ...sealShop(keyring, row.id, next),
    connectedAtMs: nowMs,
  };
  // The shop waits for the answer, so its webhooks are set up by the first comparison.
  await updateShop(db.pipeline, changed, nowMs);
  return toShop(changed);
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
  deps: ShopsDeps,
  { shop: { id, url }, platform, secrets: { authorization: pending, credentials } }: OpenedShop,
): string | null {
  const { authorization } = platform;
  if (authorization === undefined || pending === undefined) return null;
  const publicUrl = deps.publicUrl();
  return authorization.page({
    ...{ url: calledUrl(deps, platform, url), credentials, secret: pending.secret },
    callbackUrl: `${shopWebhookUrl(publicUrl, platform.id)}/authorization`,
    returnUrl: `${publicUrl}/console/shops/${id}`,
  });
}
