import { LRUCache } from 'lru-cache';
import type { Credentials } from '../adapters/contract/pull.ts';
import { entriesMax } from '../kernel/entries-max.ts';
import { type ErrorText, Problem } from '../kernel/errors.ts';
import { isUuid, uuidV4 } from '../kernel/ids.ts';
import type { Mode, Tenant } from '../kernel/tenant.ts';
import type { Clock, RandomBytes } from '../platform/clock.ts';
import {
  type Database,
  type Queryable,
  type Transaction,
  withTenant,
} from '../platform/database/database.ts';
import type { Keyring } from '../platform/sealing/sealing.ts';
import {
  openCredentials,
  openWebhookSecrets,
  sealCredentials,
  sealWebhookSecrets,
} from './account-secrets.ts';
import {
  afterVerdict,
  type CredentialVerdict,
  NOT_VERIFIED_YET,
  type Verification,
  verificationOf,
} from './account-verification.ts';

import {
  type AccountEnvironment,
  type AccountRow,
  accountById,
  accountEverVisible,
  accountsWithCredentials,
  accountsWithCredentialsOf,
  disableAccount,
  holderOfLabel,
  insertAccount,
  lockForVerdict,
  saveVerdict,
  takeToVerify,
  updateAccount,
  visibleAccountForChange,
  visibleAccounts,
} from './accounts.sql.ts';

/**
 * The caps of an account: the calls it may make, below the carrier's limit; null means the
 * carrier's own limit.
 */
export interface AccountCaps {
  readonly perHour: number | null;
  readonly perDay: number | null;
}

/** Which parcels an account with a bridge registers there. */
export interface BridgeRule {
  /** Null: every carrier for which the merchant has no account of its own that can poll. */
  readonly carriers: readonly string[] | null;
  /** Destination countries; null: all. */
  readonly countries: readonly string[] | null;
  /** The most registrations in a calendar month (UTC). */
  readonly monthlyCap: number;
}

/**
 * A merchant's account with a carrier: an unguessable path for pushes with secrets of its own and,
 * if it has credentials, the way to poll. Secrets are never part of this.
 */
export interface CarrierAccount {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly carrier: string;
  readonly label: string;
  readonly environment: AccountEnvironment;
  /** Names of the credentials that are set, in alphabetical order. */
  readonly credentialNames: readonly string[];
  readonly caps: AccountCaps;
  /** Null: nothing is registered with the bridge, or it is no bridge. */
  readonly rule: BridgeRule | null;
  /** The state of verification; null without credentials. */
  readonly verification: Verification | null;
  readonly createdAtMs: number;
}

/**
 * The label of accounts that the hub creates itself, with its own sandbox carriers, for demo
 * parcels.
 */
export const DEMO_ACCOUNT_LABEL = 'sandbox';

/**
 * Whether the hub created the account for its demo parcels, so that it leads to no carrier. Pure.
 */
export function isDemoAccount({
  label,
  environment,
}: Pick<CarrierAccount, 'label' | 'environment'>): boolean {
  return label === DEMO_ACCOUNT_LABEL && environment === 'sandbox';
}

export interface AccountWithSecrets extends CarrierAccount {
  readonly webhookSecrets: readonly string[];
}

/** An account as the poller uses it, with opened secrets. */
export interface PollingAccount {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly carrier: string;
  readonly label: string;
  readonly environment: AccountEnvironment;
  readonly credentials: Credentials;
  /** The number of credentials it has had; 1 for the first. */
  readonly credentialsVersion: number;
  readonly webhookSecrets: readonly string[];
  /** The lower of the account's own caps and the operator's. */
  readonly caps: AccountCaps;
  readonly disabledAtMs: number | null;
}

/** An active account with credentials. */
export interface PollableAccount {
  readonly id: string;
  readonly merchantId: string;
  readonly mode: Mode;
  readonly carrier: string;
  readonly environment: AccountEnvironment;
  readonly createdAtMs: number;
}

/** The accounts that one tenant has with one carrier. */
interface PollableGroup extends Tenant {
  readonly carrier: string;
}

/**
 * A new account. The caller has checked `credentials` against the adapter's `access.credentials`.
 */
export interface NewAccount {
  readonly carrier: string;
  readonly label: string;
  /**
   * Secrets of webhooks. If absent, one is created, so that a push subscription can be
   * authenticated.
   */
  readonly webhookSecrets?: readonly string[];
  readonly credentials?: Credentials;
  /** By default `production` for live and `carrier_test` for test. Live is always `production`. */
  readonly environment?: AccountEnvironment;
  readonly caps?: AccountCaps;
  readonly rule?: BridgeRule | null;
  /** The carrier's verdict on the credentials; if absent, a polling process verifies them soon. */
  readonly verdict?: CredentialVerdict;
}

/** A change of an account. Absent members stay; secrets and credentials are replaced as a whole. */
export interface AccountPatch {
  readonly label?: string;
  readonly webhookSecrets?: readonly string[];
  readonly credentials?: Credentials;
  readonly caps?: Partial<AccountCaps>;
  readonly rule?: BridgeRule | null;
  /** The verdict on `credentials`, as for a new account. */
  readonly verdict?: CredentialVerdict;
}

export interface Accounts {
  /**
   * Returns an account for the webhook endpoint; null for an unknown or disabled id, or one of
   * another carrier. Cached for a moment.
   */
  forWebhook(carrier: string, id: string): Promise<AccountWithSecrets | null>;
  /**
   * Returns an account for the poller, also a disabled one (`disabledAtMs`); null when it is
   * unknown. Cached for a moment, unless it has to be `fresh`.
   */
  forPolling(id: string, how?: { readonly fresh?: boolean }): Promise<PollingAccount | null>;
  /**
   * Returns every active account with credentials, oldest first: of every tenant, or (for frequent
   * calls) of one tenant with one carrier.
   */
  pollable(of?: PollableGroup): Promise<readonly PollableAccount[]>;
  /**
   * Creates an account. Throws a 422 when another active account with the carrier has the label; so
   * does `patch`.
   */
  create(tenant: Tenant, account: NewAccount): Promise<CarrierAccount>;
  list(tenant: Tenant): Promise<CarrierAccount[]>;
  /** Returns whether the tenant has or had such an account, including disabled ones. */
  everHad(tenant: Tenant, carrier: string, environment: AccountEnvironment): Promise<boolean>;
  /** Returns the tenant's account; null when it has none with that id. */
  find(tenant: Tenant, id: string): Promise<CarrierAccount | null>;
  /**
   * Changes an account. `decide` receives its current state (with its credentials, so that a
   * rotation may retain some) and runs under the row's lock; if it throws, nothing changes. Null
   * when the tenant has no such account.
   */
  patch(
    tenant: Tenant,
    id: string,
    decide: (account: CarrierAccount, credentials: Credentials) => AccountPatch,
  ): Promise<CarrierAccount | null>;
  /** Disables an account. False when the tenant has no such account. */
  disable(tenant: Tenant, id: string): Promise<boolean>;
  /** Claims accounts whose credentials are to be verified now, for `forMs`; returns their ids. */
  takeToVerify(limit: number, forMs: number): Promise<readonly string[]>;
  /**
   * Stores a verdict on those credentials of an account, in the caller's transaction, and returns
   * the previous state; null when it has other credentials by now, or is disabled.
   */
  keepVerdict(
    tx: Queryable,
    account: Pick<PollingAccount, 'id' | 'credentialsVersion'>,
    verdict: CredentialVerdict,
  ): Promise<Verification | null>;
}

interface AccountsDeps {
  readonly db: Pick<Database, 'pipeline' | 'app'>;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** Returns the operator's caps for every account of a carrier; absent if there are none. */
  readonly operatorCaps?: (carrier: string) => AccountCaps | undefined;
}

/**
 * How long an account is cached, and so how long a new secret or a disabled account takes to have
 * effect.
 */
const CACHE_MS = 1_000;
/** Limit of accounts that are cached; guesses of strangers cannot exceed it. */
const CACHE_MAX = 10_000;
/** Length of a created secret, 128 bits: as hard to guess as the key with which it is sealed. */
const MADE_SECRET_BYTES = 16;
const NO_CAPS: AccountCaps = { perHour: null, perDay: null };

export function createAccounts(deps: AccountsDeps): Accounts {
  const cache = new LRUCache<string, { account: Opened | null; untilMs: number }>({
    ...entriesMax(CACHE_MAX),
  });

  async function load(id: string, fresh = false): Promise<Opened | null> {
    const nowMs = deps.clock.nowMs();
    const cached = fresh ? undefined : cache.get(id);
    if (cached && cached.untilMs > nowMs) return cached.account;
    const row = await accountById(deps.db.pipeline, id);
    const account = row && openAccount(row, deps.keyring);
    cache.set(id, { account, untilMs: nowMs + CACHE_MS });
    return account;
  }

  return {
    async forWebhook(carrier, id) {
      if (!isUuid(id)) return null;
      const found = await load(id.toLowerCase());
      if (found === null || found.disabledAtMs !== null) return null;
      return found.account.carrier === carrier
        ? { ...found.account, webhookSecrets: found.webhookSecrets }
        : null;
    },
    async forPolling(id, { fresh = false } = {}) {
      const found = isUuid(id) ? await load(id.toLowerCase(), fresh) : null;
      if (found === null) return null;
      const {
        credentialNames: _,
        createdAtMs: __,
        verification: ___,
        rule: ____,
        ...account
      } = found.account;
      const { credentials, credentialsVersion, webhookSecrets, disabledAtMs } = found;
      const caps = lowerCaps(account.caps, deps.operatorCaps?.(account.carrier) ?? NO_CAPS);
      return { ...account, caps, credentials, credentialsVersion, webhookSecrets, disabledAtMs };
    },
    async pollable(of) {
      const { pipeline } = deps.db;
      return of === undefined
        ? accountsWithCredentials(pipeline)
        : accountsWithCredentialsOf(pipeline, of, of.carrier);
    },
    create: (tenant, wanted) => create(deps, tenant, wanted),
    async list(tenant) {
      const rows = await withTenant(deps.db.app, tenant, visibleAccounts);
      return rows.map(toAccount);
    },
    everHad: (tenant, carrier, environment) =>
      withTenant(deps.db.app, tenant, (tx) => accountEverVisible(tx, carrier, environment)),
    async find(tenant, id) {
      if (!isUuid(id)) return null;
      const rows = await withTenant(deps.db.app, tenant, visibleAccounts);
      const row = rows.find((each) => each.id === id.toLowerCase());
      return row === undefined ? null : toAccount(row);
    },
    async patch(tenant, id, decide) {
      if (!isUuid(id)) return null;
      const changed = await withTenant(deps.db.app, tenant, async (tx) => {
        const row = await visibleAccountForChange(tx, id);
        if (row === null) return null;
        const patch = decide(toAccount(row), openCredentials(deps.keyring, row));
        const next = applyPatch(row, patch, deps.keyring, deps.clock.nowMs());
        if (next.label !== row.label) await claimLabel(tx, next);
        await updateAccount(tx, next);
        return toAccount(next);
      });
      cache.delete(id.toLowerCase());
      return changed;
    },
    async disable(tenant, id) {
      if (!isUuid(id)) return false;
      return withTenant(deps.db.app, tenant, (tx) => disableAccount(tx, id, deps.clock.nowMs()));
    },
    async takeToVerify(limit, forMs) {
      const nowMs = deps.clock.nowMs();
      return takeToVerify(deps.db.pipeline, { nowMs, againMs: nowMs + forMs, limit });
    },
    async keepVerdict(tx, { id, credentialsVersion }, verdict) {
      const row = await lockForVerdict(tx, id, credentialsVersion);
      if (row === null) return null;
      await saveVerdict(tx, { id: row.id, ...afterVerdict(row, verdict, deps.clock.nowMs()) });
      return verificationOf(row);
    },
  };
}

function lowerCaps(one: AccountCaps, other: AccountCaps): AccountCaps {
  return {
    perHour: lowerCap(one.perHour, other.perHour),
    perDay: lowerCap(one.perDay, other.perDay),
  };
}

/** The lower of two caps; null is no cap. */
function lowerCap(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

async function create(
  deps: AccountsDeps,
  tenant: Tenant,
  wanted: NewAccount,
): Promise<CarrierAccount> {
  const { carrier, label, credentials = {}, caps = NO_CAPS } = wanted;
  // Random rather than time-ordered: the id is part of a URL that should not be guessed.
  const id = uuidV4(deps.randomBytes(16));
  const webhookSecrets = wanted.webhookSecrets ?? [
    Buffer.from(deps.randomBytes(MADE_SECRET_BYTES)).toString('hex'),
  ];
  const createdAtMs = deps.clock.nowMs();
  const row = {
    id,
    merchantId: tenant.merchantId,
    mode: tenant.mode,
    carrier,
    label,
    webhookSecrets: sealWebhookSecrets(deps.keyring, id, webhookSecrets),
    credentials: sealCredentials(deps.keyring, id, credentials),
    credentialNames: namesOf(credentials),
    environment: wanted.environment ?? (tenant.mode === 'live' ? 'production' : 'carrier_test'),
    callsPerHourMax: caps.perHour,
    callsPerDayMax: caps.perDay,
    ...columnsOfRule(wanted.rule ?? null),
    credentialsNr: 1,
    createdAtMs,
    ...columnsOfFirstVerdict(credentials, wanted.verdict, createdAtMs),
  };
  await withTenant(deps.db.app, tenant, async (tx) => {
    await claimLabel(tx, row);
    await insertAccount(tx, row);
  });
  return toAccount({ ...row, disabledAtMs: null });
}

/** Throws a 422 when another active account of the tenant with that carrier has the label. */
async function claimLabel(
  tx: Transaction,
  row: Pick<AccountRow, 'id' | 'merchantId' | 'mode' | 'carrier' | 'label'>,
): Promise<void> {
  const holder = await holderOfLabel(tx, row);
  if (holder === null) return;
  const reason: ErrorText = { 'accounts.labelAlreadyUsed': { holder } };
  throw new Problem(
    'invalid',
    { 'values.atPointer': { pointer: '/label', reason: { text: reason } } },
    {
      errors: [{ pointer: '/label', reason, fix: 'accounts.useAnotherLabel' }],
    },
  );
}

function columnsOfFirstVerdict(
  credentials: Credentials,
  verdict: CredentialVerdict | undefined,
  nowMs: number,
) {
  const columns = afterVerdict(null, verdict ?? NOT_VERIFIED_YET, nowMs);
  // Without credentials there is nothing to verify.
  return namesOf(credentials).length === 0 ? { ...columns, verifyAtMs: null } : columns;
}

function applyPatch(
  row: AccountRow,
  patch: AccountPatch,
  keyring: Keyring,
  nowMs: number,
): AccountRow {
  const { label, webhookSecrets, credentials, caps = {} } = patch;
  return {
    ...row,
    ...(label === undefined ? {} : { label }),
    ...(webhookSecrets === undefined
      ? {}
      : { webhookSecrets: sealWebhookSecrets(keyring, row.id, webhookSecrets) }),
    ...(credentials === undefined
      ? {}
      : {
          credentials: sealCredentials(keyring, row.id, credentials),
          credentialNames: namesOf(credentials),
          credentialsNr: row.credentialsNr + 1,
          ...columnsOfFirstVerdict(credentials, patch.verdict, nowMs),
        }),
    ...(caps.perHour === undefined ? {} : { callsPerHourMax: caps.perHour }),
    ...(caps.perDay === undefined ? {} : { callsPerDayMax: caps.perDay }),
    ...(patch.rule === undefined ? {} : columnsOfRule(patch.rule)),
  };
}

function columnsOfRule(rule: BridgeRule | null) {
  return {
    monthlyCap: rule?.monthlyCap ?? null,
    ruleCarriers: rule?.carriers ?? null,
    ruleCountries: rule?.countries ?? null,
  };
}

/** Returns the rule in an account's columns; null without a cap. */
export function ruleOf({
  monthlyCap,
  ruleCarriers,
  ruleCountries,
}: Pick<AccountRow, 'monthlyCap' | 'ruleCarriers' | 'ruleCountries'>): BridgeRule | null {
  if (monthlyCap === null) return null;
  return { carriers: ruleCarriers, countries: ruleCountries, monthlyCap };
}

function namesOf(credentials: Credentials): string[] {
  return Object.keys(credentials).sort();
}

function toAccount(row: AccountRow): CarrierAccount {
  return {
    id: row.id,
    merchantId: row.merchantId,
    mode: row.mode,
    carrier: row.carrier,
    label: row.label,
    environment: row.environment,
    credentialNames: row.credentialNames,
    caps: { perHour: row.callsPerHourMax, perDay: row.callsPerDayMax },
    rule: ruleOf(row),
    verification: verificationOf(row),
    createdAtMs: row.createdAtMs,
  };
}

interface Opened {
  readonly account: CarrierAccount;
  readonly webhookSecrets: readonly string[];
  readonly credentials: Credentials;
  readonly credentialsVersion: number;
  readonly disabledAtMs: number | null;
}

function openAccount(row: AccountRow, keyring: Keyring): Opened {
  return {
    account: toAccount(row),
    webhookSecrets: openWebhookSecrets(keyring, row),
    credentials: openCredentials(keyring, row),
    credentialsVersion: row.credentialsNr,
    disabledAtMs: row.disabledAtMs,
  };
}
