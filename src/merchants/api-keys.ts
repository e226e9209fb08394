import { createHash } from 'node:crypto';
import { uuidV7 } from '../kernel/ids.ts';
import type { OpsScope, Scope } from '../kernel/scopes.ts';
import type { Mode, Tenant } from '../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../platform/clock.ts';
import { type Database, withTenant, withTransaction } from '../platform/database/database.ts';
import { readTogether } from '../platform/work/read-together.ts';
import {
  type ApiKey,
  apiKeysByHashes,
  countApiKeys,
  ensureMerchant,
  insertApiKey,
  isRevokedKey,
  lockBootstrapKeys,
  OPERATORS,
  revokeApiKey,
  revokeOtherBootstrapKeys,
  touchApiKey,
  visibleApiKeys,
} from './tenants.sql.ts';

export interface ApiKeysDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** With 24 random bytes guessing is hopeless, so a plain hash protects the stored key. */
const SECRET_BYTES = 24;
/**
 * How much of the secret is shown: enough to distinguish keys, and never more than a third of it,
 * because a given key may be short.
 */
const SHOWN_CHARS_MAX = 6;
const KEY = /^wb_(test|live|ops)_[A-Za-z0-9_-]{1,200}$/;
/** The merchant of a new installation; the name is a placeholder. */
export const FIRST_MERCHANT = { slug: 'default', name: 'Default merchant' };

/**
 * Returns the key with its tenant; null for anything that is not a valid key. Takes constant work
 * for any input.
 */
export async function authenticate(deps: ApiKeysDeps, text: string): Promise<ApiKey | null> {
  if (!KEY.test(text)) return null;
  const row = await findKey(deps.db.pipeline, hashKey(text));
  if (row === null) return null;
  const isStale = row.lastUsedAtMs === null || deps.clock.nowMs() - row.lastUsedAtMs > 60_000;
  // A valid key is not refused because its last use could not be recorded.
  if (isStale) await touchApiKey(deps.db.pipeline, row.id, deps.clock.nowMs()).catch(() => {});
  return row;
}

/**
 * Looked up for each request, so that a revoked key stops working at once; many look-ups are
 * batched.
 */
const findKey = readTogether<ApiKeysDeps['db']['pipeline'], Buffer, ApiKey | null>(apiKeysByHashes);

interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Absent: all facilities. */
  readonly facilityCodes?: readonly string[] | undefined;
}

/** Creates a key for the tenant; its text is returned once and not stored. */
export async function createApiKey(
  deps: ApiKeysDeps,
  tenant: Tenant,
  wanted: NewApiKey,
): Promise<{ key: ApiKey; text: string }> {
  const text = newKeyText(deps, tenant.mode);
  const row = keyRow(deps, tenant, wanted, text);
  await withTenant(deps.db.app, tenant, (tx) =>
    insertApiKey(tx, { ...row, keyHash: hashKey(text) }),
  );
  return { text, key: withCreationTime(deps, row) };
}

/** Creates a key for an operator of the installation; it gives no access to a merchant's API. */
export async function createOperatorKey(
  deps: ApiKeysDeps,
  wanted: { name: string; scopes: readonly OpsScope[] },
): Promise<{ key: ApiKey; text: string }> {
  return withTransaction(deps.db.pipeline, async (tx) => {
    const owner = await ensureMerchant(tx, { id: newId(deps), ...OPERATORS });
    const text = newKeyText(deps, 'ops');
    const row = keyRow(deps, { merchantId: owner.id, mode: 'live' }, wanted, text);
    await insertApiKey(tx, { ...row, keyHash: hashKey(text) });
    return { text, key: withCreationTime(deps, row) };
  });
}

export async function listApiKeys(deps: ApiKeysDeps, tenant: Tenant): Promise<ApiKey[]> {
  return withTenant(deps.db.app, tenant, visibleApiKeys);
}

/** Revokes a key; false if the tenant has no such valid key. */
export async function dropApiKey(deps: ApiKeysDeps, tenant: Tenant, id: string): Promise<boolean> {
  return withTenant(deps.db.app, tenant, (tx) => revokeApiKey(tx, id, deps.clock.nowMs()));
}

/**
 * Creates the first merchant and its bootstrap key. A key given by setting is the bootstrap key:
 * each start makes it valid and revokes all other bootstrap keys. Without the setting, valid keys
 * stay valid, and if there is no key at all, one is created; its text is returned only this time.
 */
export async function bootstrap(deps: ApiKeysDeps, givenKey: string | null): Promise<Bootstrapped> {
  return withTransaction(deps.db.pipeline, async (tx) => {
    await lockBootstrapKeys(tx);
    const merchant = await ensureMerchant(tx, { id: newId(deps), ...FIRST_MERCHANT });
    const tenant: Tenant = { merchantId: merchant.id, mode: 'test' };
    if (givenKey === null && (await countApiKeys(tx)) > 0) {
      return { merchantId: merchant.id, text: null, revoked: [], isRevived: false };
    }
    const text = givenKey ?? newKeyText(deps, 'test');
    const row = keyRow(deps, tenant, { name: 'bootstrap', scopes: ['admin'] }, text);
    const keyHash = hashKey(text);
    const isRevived = await isRevokedKey(tx, keyHash);
    await insertApiKey(tx, { ...row, bootstrap: true, keyHash });
    const revoked =
      givenKey === null ? [] : await revokeOtherBootstrapKeys(tx, keyHash, deps.clock.nowMs());
    return { merchantId: merchant.id, text, revoked, isRevived };
  });
}

interface Bootstrapped {
  readonly merchantId: string;
  /** Null: no key was given or created. */
  readonly text: string | null;
  /** The bootstrap keys that the given one has replaced; the parts of them that may be shown. */
  readonly revoked: readonly Pick<ApiKey, 'id' | 'prefix'>[];
  /** Whether the given key had been revoked, by another setting or by hand, and is valid again. */
  readonly isRevived: boolean;
}

function newKeyText(deps: ApiKeysDeps, kind: Mode | 'ops'): string {
  const secret = Buffer.from(deps.randomBytes(SECRET_BYTES)).toString('base64url');
  return `wb_${kind}_${secret}`;
}

function newId({ clock, randomBytes }: ApiKeysDeps): string {
  return uuidV7(clock.nowMs(), randomBytes(10));
}

function hashKey(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function keyRow(deps: ApiKeysDeps, tenant: Tenant, wanted: NewApiKey, text: string): NewRow {
  return {
    id: newId(deps),
    merchantId: tenant.merchantId,
    mode: tenant.mode,
    name: wanted.name,
    prefix: prefixOf(text),
    scopes: [...wanted.scopes],
    facilityCodes: wanted.facilityCodes === undefined ? null : [...wanted.facilityCodes],
    bootstrap: false,
  };
}

type NewRow = Omit<ApiKey, 'createdAtMs' | 'lastUsedAtMs'>;

function withCreationTime({ clock }: ApiKeysDeps, row: NewRow): ApiKey {
  return { ...row, createdAtMs: clock.nowMs(), lastUsedAtMs: null };
}

/** The part of a key that may be stored and shown. */
function prefixOf(text: string): string {
  const kind = /^wb_(test|live|ops)_/.exec(text)?.[0] ?? '';
  const shown = Math.min(SHOWN_CHARS_MAX, Math.floor((text.length - kind.length) / 3));
  return text.slice(0, kind.length + shown);
}
