import { isUuid, uuidV7 } from '../kernel/ids.ts';
import { SCOPES, type Scope } from '../kernel/scopes.ts';
import type { Mode } from '../kernel/tenant.ts';
import { createApiKey } from '../platform/api-keys.ts';
import {
  type ApiKeyRow,
  ensureMerchant,
  revokeApiKey,
  visibleApiKeys,
  visibleMerchants,
} from '../platform/tenants.sql.ts';
import { withDatabase } from './with-database.ts';

type Write = (line: string) => void;

export interface KeysCreateOptions {
  /** Slug of the merchant, made when there is none of it. */
  readonly merchant: string;
  readonly mode: string;
  readonly name: string;
  /** Separated by commas. */
  readonly scopes: string;
  readonly json: boolean;
}

const UNUSABLE = 2;
const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * `waybill keys create`: the only way to a merchant's first live key. Its text is printed this
 * once, alone on its line so that a script can take it.
 */
export async function keysCreate(
  env: NodeJS.ProcessEnv,
  options: KeysCreateOptions,
  write: Write,
  complain: Write,
): Promise<number> {
  const scopes = options.scopes.split(',').map((scope) => scope.trim());
  const fault = faultOf(options, scopes);
  if (fault !== null) {
    complain(fault);
    return UNUSABLE;
  }
  return withDatabase(env, async ({ database, clock, randomBytes }) => {
    const merchant = await ensureMerchant(database.pipeline, {
      id: uuidV7(clock.nowMs(), randomBytes(10)),
      slug: options.merchant,
      name: options.merchant,
    });
    const { key, text } = await createApiKey(
      { db: database, clock, randomBytes },
      { merchantId: merchant.id, mode: options.mode as Mode },
      { name: options.name, scopes: SCOPES.filter((scope) => scopes.includes(scope)) },
    );
    write(options.json ? JSON.stringify({ id: key.id, merchant: merchant.slug, key: text }) : text);
    return 0;
  });
}

/** `waybill keys list`: every key that counts, of every merchant, without the keys themselves. */
export async function keysList(
  env: NodeJS.ProcessEnv,
  options: { readonly json: boolean },
  write: Write,
): Promise<number> {
  return withDatabase(env, async ({ database }) => {
    const merchants = await visibleMerchants(database.pipeline);
    const slugs = new Map(merchants.map(({ id, slug }) => [id, slug]));
    const rows = await visibleApiKeys(database.pipeline);
    for (const row of rows) {
      const merchant = slugs.get(row.merchant_id) ?? row.merchant_id;
      write(options.json ? JSON.stringify(json(row, merchant)) : line(row, merchant));
    }
    if (rows.length === 0 && !options.json) write('There are no keys.');
    return 0;
  });
}

/** `waybill keys revoke ID`: refused from the next request on. */
export async function keysRevoke(
  env: NodeJS.ProcessEnv,
  id: string,
  write: Write,
  complain: Write,
): Promise<number> {
  return withDatabase(env, async ({ database, clock }) => {
    if (isUuid(id) && (await revokeApiKey(database.pipeline, id, clock.nowMs()))) {
      write(`${id} is revoked.`);
      return 0;
    }
    complain(`There is no key ${id}; \`waybill keys list\` names them.`);
    return 1;
  });
}

function faultOf(options: KeysCreateOptions, scopes: readonly string[]): string | null {
  const { merchant, mode, name } = options;
  if (!SLUG.test(merchant)) {
    return `--merchant: expected lower-case letters, digits and dashes; found "${merchant}"`;
  }
  if (mode !== 'test' && mode !== 'live') return `--mode: expected test or live; found "${mode}"`;
  if (name.trim() === '' || name.length > 100) return '--name: expected 1 to 100 characters';
  const strange = scopes.find((scope) => !SCOPES.includes(scope as Scope));
  if (strange === undefined) return null;
  return `--scopes: expected some of ${SCOPES.join(', ')}; found "${strange}"`;
}

function json(row: ApiKeyRow, merchant: string) {
  return {
    id: row.id,
    merchant,
    mode: row.mode,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    created_at: row.created_at.toISOString(),
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}

function line(row: ApiKeyRow, merchant: string): string {
  const used = row.last_used_at?.toISOString() ?? 'never used';
  return [row.id, merchant, row.mode, `${row.prefix}…`, row.scopes.join(','), used, row.name].join(
    '  ',
  );
}
