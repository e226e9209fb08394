import type { Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database/database.ts';
import {
  queryAny,
  queryRow,
  queryRows,
  queryValue,
  type Row,
} from '../platform/database/query-rows.ts';
import { leasedRows } from '../platform/work/leased-rows.ts';

/**
 * The carrier's verdict on the credentials. `refused` is only found later: refused credentials are
 * not stored in the first place.
 */
export type VerificationState = 'verified' | 'unverified' | 'refused';

/** Which of a carrier's systems an account uses; `sandbox` is the hub's own simulation. */
export type AccountEnvironment = 'production' | 'carrier_test' | 'sandbox';

export interface AccountRow
  extends Row<
    'carrier_accounts',
    | 'id'
    | 'merchantId'
    | 'mode'
    | 'carrier'
    | 'label'
    | 'credentials'
    | 'credentialNames'
    | 'callsPerHourMax'
    | 'callsPerDayMax'
    | 'monthlyCap'
    | 'ruleCarriers'
    | 'ruleCountries'
    | 'verificationReason'
    | 'verificationAtMs'
    | 'verifyTries'
    | 'credentialsNr'
    | 'createdAtMs'
    | 'disabledAtMs'
  > {
  /** The sealed secrets; null once the account is disabled. */
  readonly webhookSecrets: Buffer | null;
  readonly environment: AccountEnvironment;
  readonly verification: VerificationState;
  /** When the credentials are verified next; null means not automatically. */
  readonly verifyAtMs: number | null;
}

export async function insertAccount(
  db: Queryable,
  row: Omit<AccountRow, 'disabledAtMs'>,
): Promise<void> {
  await db.query(
    `insert into carrier_accounts (id, merchant_id, mode, carrier, label, webhook_secrets,
       credentials, credential_names, environment, calls_per_hour_max, calls_per_day_max,
       verification, verification_reason, verification_at, verify_at, verify_tries,
       credentials_nr, created_at, monthly_cap, rule_carriers, rule_countries)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, to_timestamp($14 / 1000.0),
             to_timestamp($15 / 1000.0), $16, $17, to_timestamp($18 / 1000.0), $19, $20, $21)`,
    [
      row.id,
      row.merchantId,
      row.mode,
      row.carrier,
      row.label,
      row.webhookSecrets,
      row.credentials,
      row.credentialNames,
      row.environment,
      row.callsPerHourMax,
      row.callsPerDayMax,
      row.verification,
      row.verificationReason,
      row.verificationAtMs,
      row.verifyAtMs,
      row.verifyTries,
      row.credentialsNr,
      row.createdAtMs,
      row.monthlyCap,
      row.ruleCarriers,
      row.ruleCountries,
    ],
  );
}

const COLUMNS = `id, merchant_id, mode, carrier, label, webhook_secrets, credentials,
  credential_names, environment, calls_per_hour_max, calls_per_day_max, monthly_cap,
  rule_carriers, rule_countries, verification,
  verification_reason, verification_at, verify_at, verify_tries, credentials_nr, created_at,
  disabled_at`;

/** Returns an account by its id, whichever merchant it belongs to, even if it is disabled. */
export async function accountById(db: Queryable, id: string): Promise<AccountRow | null> {
  return queryRow<AccountRow>(db, {
    name: 'account_by_id',
    text: `select ${COLUMNS} from carrier_accounts where id = $1`,
    values: [id],
  });
}

/** Returns an active account that the current role may see, locked until the transaction ends. */
export async function visibleAccountForChange(
  db: Queryable,
  id: string,
): Promise<AccountRow | null> {
  return queryRow<AccountRow>(
    db,
    `select ${COLUMNS} from carrier_accounts where id = $1 and disabled_at is null for update`,
    [id],
  );
}

/** First key of the two-key advisory locks, so that other uses of the database cannot collide. */
const LABEL_LOCK_CLASS = 0x5742_000a;

/**
 * Returns the id of another active account of the same merchant, mode and carrier with this label;
 * null if there is none. Further requests for this label wait until the transaction ends. It is a
 * lock rather than a unique index, because accounts that shared a label before this rule stay as
 * they are.
 */
export async function holderOfLabel(
  tx: Queryable,
  row: Pick<AccountRow, 'id' | 'merchantId' | 'mode' | 'carrier' | 'label'>,
): Promise<string | null> {
  const { id, merchantId, mode, carrier, label } = row;
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [
    LABEL_LOCK_CLASS,
    `${merchantId} ${mode} ${carrier}`,
  ]);
  return queryValue<string>(
    tx,
    `select id from carrier_accounts where merchant_id = $1 and mode = $2 and carrier = $3
       and label = $4 and id <> $5 and disabled_at is null limit 1`,
    [merchantId, mode, carrier, label, id],
  );
}

/**
 * Returns the active accounts that the current role may see: under row-level security, the tenant's
 * own.
 */
export async function visibleAccounts(db: Queryable): Promise<AccountRow[]> {
  return queryRows<AccountRow>(
    db,
    `select ${COLUMNS} from carrier_accounts where disabled_at is null order by created_at, id`,
  );
}

/** Returns whether the tenant has or had such an account, including disabled ones. */
export function accountEverVisible(
  db: Queryable,
  carrier: string,
  environment: AccountEnvironment,
): Promise<boolean> {
  return queryAny(
    db,
    'select 1 from carrier_accounts where carrier = $1 and environment = $2 limit 1',
    [carrier, environment],
  );
}

type Pollable = Pick<
  AccountRow,
  'id' | 'merchantId' | 'mode' | 'carrier' | 'environment' | 'createdAtMs'
>;

const POLLABLE = `select id, merchant_id, mode, carrier, environment, created_at
  from carrier_accounts where disabled_at is null and credentials is not null`;

/** Returns the active accounts with credentials, of every tenant, oldest first. */
export async function accountsWithCredentials(db: Queryable): Promise<Pollable[]> {
  return queryRows<Pollable>(db, {
    name: 'accounts_with_credentials',
    text: `${POLLABLE} order by created_at, id`,
  });
}

/**
 * Returns the active accounts with credentials that one tenant has with one carrier, oldest first.
 */
export async function accountsWithCredentialsOf(
  db: Queryable,
  { merchantId, mode }: Tenant,
  carrier: string,
): Promise<Pollable[]> {
  return queryRows<Pollable>(db, {
    name: 'accounts_with_credentials_of',
    text: `${POLLABLE} and merchant_id = $1 and mode = $2 and carrier = $3 order by created_at, id`,
    values: [merchantId, mode, carrier],
  });
}

export async function updateAccount(
  db: Queryable,
  row: Omit<AccountRow, 'merchantId' | 'mode' | 'carrier' | 'environment' | 'disabledAtMs'>,
): Promise<void> {
  await db.query(
    `update carrier_accounts set label = $2, webhook_secrets = $3, credentials = $4,
       credential_names = $5, calls_per_hour_max = $6, calls_per_day_max = $7, verification = $8,
       verification_reason = $9, verification_at = to_timestamp($10 / 1000.0),
       verify_at = to_timestamp($11 / 1000.0), verify_tries = $12,
       credentials_nr = $13, monthly_cap = $14, rule_carriers = $15, rule_countries = $16
     where id = $1`,
    [
      row.id,
      row.label,
      row.webhookSecrets,
      row.credentials,
      row.credentialNames,
      row.callsPerHourMax,
      row.callsPerDayMax,
      row.verification,
      row.verificationReason,
      row.verificationAtMs,
      row.verifyAtMs,
      row.verifyTries,
      row.credentialsNr,
      row.monthlyCap,
      row.ruleCarriers,
      row.ruleCountries,
    ],
  );
}

/**
 * The claim on accounts to be verified. It needs no token: a verdict about credentials that were
 * replaced is refused by their number.
 */
const TO_VERIFY = leasedRows<string>({
  table: 'carrier_accounts',
  alias: 'a',
  key: { id: { type: 'uuid', of: (id) => id } },
  until: 'verify_at',
  token: null,
});

/**
 * Claims accounts whose credentials are to be verified now, of every tenant, longest due first.
 * They are due again at `againMs`, so that no other process claims them meanwhile and those of a
 * dead process are found.
 */
export async function takeToVerify(
  db: Queryable,
  { nowMs, againMs, limit }: { nowMs: number; againMs: number; limit: number },
): Promise<string[]> {
  const rows = await TO_VERIFY.claim<{ id: string }>(db, {
    name: 'take_accounts_to_verify',
    find: `where a.verify_at <= to_timestamp($1 / 1000.0) and a.disabled_at is null
           order by a.verify_at limit $3`,
    until: 'to_timestamp($2 / 1000.0)',
    returning: 'a.id',
    values: [nowMs, againMs, limit],
  });
  return rows.map(({ id }) => id);
}

/**
 * Returns an account, locked until the transaction ends, to store a verdict. The lock does not
 * affect rows that refer to it: to book a call, the account must only exist. Null when its
 * credentials have changed, or it is disabled.
 */
export async function lockForVerdict(
  tx: Queryable,
  id: string,
  credentialsVersion: number,
): Promise<AccountRow | null> {
  return queryRow<AccountRow>(
    tx,
    `select ${COLUMNS} from carrier_accounts
     where id = $1 and credentials_nr = $2 and disabled_at is null for no key update`,
    [id, credentialsVersion],
  );
}

/** Stores the columns of a verdict on an account's credentials. */
export async function saveVerdict(
  tx: Queryable,
  row: Pick<
    AccountRow,
    'id' | 'verification' | 'verificationReason' | 'verificationAtMs' | 'verifyAtMs' | 'verifyTries'
  >,
): Promise<void> {
  await tx.query(
    `update carrier_accounts set verification = $2, verification_reason = $3,
       verification_at = to_timestamp($4 / 1000.0), verify_at = to_timestamp($5 / 1000.0),
       verify_tries = $6
     where id = $1`,
    [
      row.id,
      row.verification,
      row.verificationReason,
      row.verificationAtMs,
      row.verifyAtMs,
      row.verifyTries,
    ],
  );
}

/**
 * Disables an account. Its secrets are removed at once, because it is never enabled again. False
 * when there is no such active account.
 */
export function disableAccount(db: Queryable, id: string, atMs: number): Promise<boolean> {
  return queryAny(
    db,
    `update carrier_accounts set disabled_at = to_timestamp($2 / 1000.0), verify_at = null,
       webhook_secrets = null, credentials = null, credential_names = '{}',
       credentials_nr = credentials_nr + 1
     where id = $1 and disabled_at is null`,
    [id, atMs],
  );
}
