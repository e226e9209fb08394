import { isUuid, uuidV4 } from '../kernel/ids.ts';
import type { Mode, Tenant } from '../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../platform/clock.ts';
import { type Database, withTenant } from '../platform/database.ts';
import { type Keyring, open, seal } from '../platform/sealing.ts';
import {
  type AccountRow,
  accountById,
  disableAccount,
  insertAccount,
  visibleAccounts,
} from './accounts.sql.ts';

/** One merchant's way in for one carrier's pushes: an unguessable path and its own secrets. */
export interface CarrierAccount {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly carrier: string;
  readonly label: string;
  readonly createdAtMs: number;
}

export interface AccountWithSecrets extends CarrierAccount {
  readonly webhookSecrets: readonly string[];
}

export interface Accounts {
  /** For the webhook door; null for an unknown, disabled or foreign id. Cached for a moment. */
  forWebhook(carrier: string, id: string): Promise<AccountWithSecrets | null>;
  create(
    tenant: Tenant,
    account: { carrier: string; label: string; webhookSecrets: readonly string[] },
  ): Promise<CarrierAccount>;
  list(tenant: Tenant): Promise<CarrierAccount[]>;
  /** False when the tenant has no such account. */
  disable(tenant: Tenant, id: string): Promise<boolean>;
}

export interface AccountsDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
}

/** A rotated secret is honoured and a disabled account refused within this time. */
const CACHE_MS = 1_000;
/** Distinct accounts remembered; strangers' guesses cannot grow it further. */
const CACHE_MAX = 10_000;

export function createAccounts(deps: AccountsDeps): Accounts {
  const cache = new Map<string, { account: AccountWithSecrets | null; untilMs: number }>();

  async function load(id: string): Promise<AccountWithSecrets | null> {
    const nowMs = deps.clock.nowMs();
    const cached = cache.get(id);
    if (cached && cached.untilMs > nowMs) return cached.account;
    const row = await accountById(deps.db.pipeline, id);
    const account = row && withSecrets(row, deps.keyring);
    if (cache.size >= CACHE_MAX) cache.clear();
    cache.set(id, { account, untilMs: nowMs + CACHE_MS });
    return account;
  }

  return {
    async forWebhook(carrier, id) {
      if (!isUuid(id)) return null;
      const account = await load(id.toLowerCase());
      return account?.carrier === carrier ? account : null;
    },
    async create(tenant, { carrier, label, webhookSecrets }) {
      // Random rather than time-ordered: the id is part of a URL that should not be guessed.
      const id = uuidV4(deps.randomBytes(16));
      const createdAtMs = deps.clock.nowMs();
      await withTenant(deps.db.app, tenant, (tx) =>
        insertAccount(tx, {
          id,
          merchant_id: tenant.merchantId,
          mode: tenant.mode,
          carrier,
          label,
          webhook_secrets: seal(
            deps.keyring,
            Buffer.from(JSON.stringify(webhookSecrets), 'utf8'),
            sealedFor(id),
          ),
          createdAtMs,
        }),
      );
      return { id, ...tenant, carrier, label, createdAtMs };
    },
    async list(tenant) {
      const rows = await withTenant(deps.db.app, tenant, visibleAccounts);
      return rows.map(toAccount);
    },
    async disable(tenant, id) {
      if (!isUuid(id)) return false;
      return withTenant(deps.db.app, tenant, (tx) => disableAccount(tx, id, deps.clock.nowMs()));
    },
  };
}

/** What the seal is bound to: a sealed value moved to another row does not open. */
function sealedFor(id: string): string {
  return `carrier_accounts.webhook_secrets:${id}`;
}

function toAccount(row: AccountRow): CarrierAccount {
  return {
    id: row.id,
    merchantId: row.merchant_id,
    mode: row.mode,
    carrier: row.carrier,
    label: row.label,
    createdAtMs: row.created_at.getTime(),
  };
}

function withSecrets(row: AccountRow, keyring: Keyring): AccountWithSecrets {
  const opened = open(keyring, row.webhook_secrets, sealedFor(row.id));
  return {
    ...toAccount(row),
    webhookSecrets: JSON.parse(opened.toString('utf8')) as string[],
  };
}
