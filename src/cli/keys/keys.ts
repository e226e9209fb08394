import { isUuid, uuidV7 } from '../../kernel/ids.ts';
import { MERCHANT_SCOPES, OPS_SCOPES, type OpsScope } from '../../kernel/scopes.ts';
import type { Mode } from '../../kernel/tenant.ts';
import {
  type ApiKey,
  createApiKey,
  createOperatorKey,
  ensureMerchant,
  OPERATORS,
  revokeApiKey,
  visibleApiKeys,
  visibleMerchants,
} from '../../merchants/index.ts';
import { iso } from '../../tracking/ports/shipments.ts';
import { withDatabase } from '../with-database.ts';

type Write = (line: string) => void;

export interface KeysCreateOptions {
  /** Slug of the merchant, which is created if it does not exist. */
  readonly merchant: string;
  readonly mode: string;
  readonly name: string;
  /** The scopes, separated by commas. */
  readonly scopes: string;
  readonly json: boolean;
  /** Whether to create an operator's key instead, which belongs to no merchant. */
  readonly ops?: 'read' | 'write';
}

const UNUSABLE = 2;
const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Runs `waybill keys create`: the only way to a merchant's first live key, and to an operator's.
 * The key is printed only once, on a line of its own, so that a script can read it.
 */
export async function keysCreate(
  env: NodeJS.ProcessEnv,
  options: KeysCreateOptions,
  write: Write,
  writeError: Write,
): Promise<number> {
  if (options.ops !== undefined) return operatorKey(env, options, options.ops, write, writeError);
  const scopes = options.scopes.split(',').map((scope) => scope.trim());
  const fault = faultOf(options, scopes);
  if (fault !== null) {
    writeError(fault);
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
      { name: options.name, scopes: MERCHANT_SCOPES.filter((scope) => scopes.includes(scope)) },
    );
    write(options.json ? JSON.stringify({ id: key.id, merchant: merchant.slug, key: text }) : text);
    return 0;
  });
}

async function operatorKey(
  env: NodeJS.ProcessEnv,
  { name, json }: KeysCreateOptions,
  power: 'read' | 'write',
  write: Write,
  writeError: Write,
): Promise<number> {
  if (!isName(name)) {
    writeError(NAME_FAULT);
    return UNUSABLE;
  }
  const scopes: readonly OpsScope[] = power === 'write' ? OPS_SCOPES : ['ops:read'];
  return withDatabase(env, async ({ database, clock, randomBytes }) => {
    const deps = { db: database, clock, randomBytes };
    const { key, text } = await createOperatorKey(deps, { name, scopes });
    write(json ? JSON.stringify({ id: key.id, merchant: null, scopes, key: text }) : text);
    return 0;
  });
}

/** Runs `waybill keys list`: every valid key, of every merchant, without the keys themselves. */
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
      const merchant = slugs.get(row.merchantId) ?? row.merchantId;
      write(options.json ? JSON.stringify(json(row, merchant)) : line(row, merchant));
    }
    if (rows.length === 0 && !options.json) write('There are no keys.');
    return 0;
  });
}

/** Runs `waybill keys revoke ID`: the key is refused from the next request on. */
export async function keysRevoke(
  env: NodeJS.ProcessEnv,
  id: string,
  write: Write,
  writeError: Write,
): Promise<number> {
  return withDatabase(env, async ({ database, clock }) => {
    if (isUuid(id) && (await revokeApiKey(database.pipeline, id, clock.nowMs()))) {
      write(`Revoked ${id}.`);
      return 0;
    }
    writeError(`There is no key ${id}; see \`waybill keys list\`.`);
    return 1;
  });
}

function faultOf(options: KeysCreateOptions, scopes: readonly string[]): string | null {
  const { merchant, mode, name } = options;
  if (!SLUG.test(merchant)) {
    return `--merchant: expected 1 to 63 lower-case letters, digits and dashes, beginning with a letter or digit; found "${merchant}"`;
  }
  if (merchant === OPERATORS.slug) {
    return `--merchant: ${OPERATORS.slug} is not a merchant; create an operator's key with --ops or --ops-read`;
  }
  if (mode !== 'test' && mode !== 'live') return `--mode: expected test or live; found "${mode}"`;
  if (!isName(name)) return NAME_FAULT;
  if (scopes.some((scope) => OPS_SCOPES.some((ops) => ops === scope))) {
    return "--scopes: merchants cannot have operators' scopes; use --ops or --ops-read instead";
  }
  const unknownScope = scopes.find((scope) => !MERCHANT_SCOPES.some((known) => known === scope));
  if (unknownScope === undefined) return null;
  return `--scopes: expected any of ${MERCHANT_SCOPES.join(', ')}; found "${unknownScope}"`;
}

const NAME_FAULT = '--name: expected 1 to 100 characters';

function isName(name: string): boolean {
  return name.trim() !== '' && name.length <= 100;
}

function json(row: ApiKey, merchant: string) {
  return {
    id: row.id,
    merchant,
    mode: row.mode,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    created_at: iso(row.createdAtMs),
    last_used_at: iso(row.lastUsedAtMs),
  };
}

function line(row: ApiKey, merchant: string): string {
  const used = iso(row.lastUsedAtMs) ?? 'never used';
  return [row.id, merchant, row.mode, `${row.prefix}…`, row.scopes.join(','), used, row.name].join(
    '  ',
  );
}
