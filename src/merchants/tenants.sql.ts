import type { Scope } from '../kernel/scopes.ts';
import type { Queryable } from '../platform/database/database.ts';
import {
  queryAny,
  queryCount,
  queryRows,
  queryValue,
  type Row,
} from '../platform/database/query-rows.ts';

export type MerchantRow = Row<'merchants', 'id' | 'slug' | 'name'>;

export interface ApiKey
  extends Row<
    'api_keys',
    | ('id' | 'merchantId' | 'mode' | 'name' | 'prefix')
    | ('facilityCodes' | 'bootstrap' | 'createdAtMs' | 'lastUsedAtMs')
  > {
  readonly scopes: readonly Scope[];
  /** The name of the program; undefined: it is a key, and not what somebody allowed a program. */
  readonly program?: string;
}

const KEY_COLUMNS = `id, merchant_id, mode, name, prefix, scopes, facility_codes, bootstrap,
  created_at, last_used_at`;

/** Adds a merchant unless its slug exists; returns the merchant with that slug. */
export async function ensureMerchant(db: Queryable, merchant: MerchantRow): Promise<MerchantRow> {
  await db.query(
    'insert into merchants (id, slug, name) values ($1, $2, $3) on conflict (slug) do nothing',
    [merchant.id, merchant.slug, merchant.name],
  );
  const [row] = await queryRows<MerchantRow>(
    db,
    'select id, slug, name from merchants where slug = $1',
    [merchant.slug],
  );
  if (row === undefined) throw new Error(`merchant ${merchant.slug} vanished`);
  return row;
}

/**
 * The owner of operators' keys: a merchant without parcels, so that no merchant's list of keys
 * shows one and no merchant's key revokes one.
 */
export const OPERATORS = { slug: 'operators', name: 'Operators' };

/** Returns all merchants that the current role may read. */
export async function visibleMerchants(db: Queryable): Promise<MerchantRow[]> {
  return queryRows<MerchantRow>(db, 'select id, slug, name from merchants order by slug');
}

/**
 * Adds a key unless it exists. If it is given at a start, it becomes the bootstrap key, and is
 * valid again if another one had replaced it.
 */
export async function insertApiKey(
  db: Queryable,
  key: Omit<ApiKey, 'createdAtMs' | 'lastUsedAtMs'> & { keyHash: Uint8Array },
): Promise<void> {
  await db.query(
    `insert into api_keys (id, merchant_id, mode, name, prefix, key_hash, scopes, bootstrap,
                           facility_codes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (key_hash) do update
       set bootstrap = true, revoked_at = null
       where excluded.bootstrap and (not api_keys.bootstrap or api_keys.revoked_at is not null)`,
    [
      key.id,
      key.merchantId,
      key.mode,
      key.name,
      key.prefix,
      key.keyHash,
      key.scopes,
      key.bootstrap,
      key.facilityCodes,
    ],
  );
}

/** Whether a key with this hash exists and was revoked. */
export function isRevokedKey(db: Queryable, keyHash: Uint8Array): Promise<boolean> {
  return queryAny(db, 'select from api_keys where key_hash = $1 and revoked_at is not null', [
    keyHash,
  ]);
}

/** Short, because a connection may have died unnoticed, and a caller waits for the answer. */
const KEYS_MS_MAX = 5_000;

/**
 * Returns keys that are not revoked, by the hashes of their texts, in their order. Needs the
 * pipeline's role.
 */
export async function apiKeysByHashes(
  db: Queryable,
  hashes: readonly Buffer[],
): Promise<(ApiKey | null)[]> {
  const texts = hashes.map((hash) => hash.toString('hex'));
  const query = {
    name: 'api_keys_by_hashes',
    text: `select ${KEY_COLUMNS}, encode(key_hash, 'hex') as hash from api_keys
           where key_hash = any(array(select decode(h, 'hex') from unnest($1::text[]) as h))
             and revoked_at is null`,
    values: [[...new Set(texts)]],
    query_timeout: KEYS_MS_MAX,
  };
  const rows = await queryRows<ApiKey & { readonly hash: string }>(db, query);
  const found = new Map(rows.map((row) => [row.hash, row]));
  return texts.map((hash) => found.get(hash) ?? null);
}

/** Recording the use of a key is not worth a longer wait. */
const NOTE_MS_MAX = 1_000;

/**
 * Records that a key was used, at most once a minute; if its row is locked, the next request does
 * it.
 */
export async function touchApiKey(db: Queryable, id: string, nowMs: number): Promise<void> {
  const query = {
    name: 'touch_api_key',
    text: `update api_keys set last_used_at = to_timestamp($2 / 1000.0)
           where id in (select id from api_keys
                        where id = $1 and (last_used_at is null or
                          last_used_at < to_timestamp($2 / 1000.0) - interval '1 minute')
                        for no key update skip locked)`,
    values: [id, nowMs],
    query_timeout: NOTE_MS_MAX,
  };
  await db.query(query);
}

/** Returns the keys that open the operators' pages. Needs the pipeline's role. */
export async function operatorKeys(db: Queryable): Promise<ApiKey[]> {
  return queryRows<ApiKey>(
    db,
    `select ${KEY_COLUMNS} from api_keys
     where revoked_at is null and (bootstrap or scopes && '{ops:read,ops:write}')
     order by created_at, id`,
  );
}

/** Returns the keys that the current role may read: under row-level security, the tenant's own. */
export async function visibleApiKeys(db: Queryable): Promise<ApiKey[]> {
  return queryRows<ApiKey>(
    db,
    `select ${KEY_COLUMNS} from api_keys where revoked_at is null order by created_at, id`,
  );
}

/** Revokes a key; false if the current role sees no such valid key. */
export function revokeApiKey(db: Queryable, id: string, nowMs: number): Promise<boolean> {
  return queryAny(
    db,
    `update api_keys set revoked_at = to_timestamp($2 / 1000.0)
     where id = $1 and revoked_at is null`,
    [id, nowMs],
  );
}

/**
 * Revokes those of these ids that are keys; returns how many were not revoked yet. Needs the
 * pipeline's role.
 */
export function revokeApiKeys(
  db: Queryable,
  ids: readonly string[],
  nowMs: number,
): Promise<number> {
  return queryCount(
    db,
    `update api_keys set revoked_at = to_timestamp($2 / 1000.0)
     where id = any($1::uuid[]) and revoked_at is null`,
    [ids, nowMs],
  );
}

/** Makes concurrent starts wait, so that the last of several leaves only its own key valid. */
export async function lockBootstrapKeys(db: Queryable): Promise<void> {
  await db.query("select pg_advisory_xact_lock(hashtextextended('bootstrap key', 0))");
}

/** Revokes the other bootstrap keys. Needs the pipeline's role. */
export async function revokeOtherBootstrapKeys(
  db: Queryable,
  keyHash: Uint8Array,
  nowMs: number,
): Promise<Pick<ApiKey, 'id' | 'prefix'>[]> {
  return queryRows<Pick<ApiKey, 'id' | 'prefix'>>(
    db,
    `update api_keys set revoked_at = to_timestamp($2 / 1000.0)
     where bootstrap and revoked_at is null and key_hash <> $1 returning id, prefix`,
    [keyHash, nowMs],
  );
}

/** Returns the valid bootstrap keys, newest first. Needs the pipeline's role. */
export async function validBootstrapKeys(
  db: Queryable,
): Promise<Pick<ApiKey, 'id' | 'prefix' | 'createdAtMs'>[]> {
  return queryRows<Pick<ApiKey, 'id' | 'prefix' | 'createdAtMs'>>(
    db,
    `select id, prefix, created_at from api_keys
     where bootstrap and revoked_at is null order by created_at desc, id`,
  );
}

export async function countApiKeys(db: Queryable): Promise<number> {
  return Number((await queryValue<string>(db, 'select count(*) from api_keys')) ?? 0);
}
