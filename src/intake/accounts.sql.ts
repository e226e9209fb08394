import type { Mode, Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database/database.ts';
import { leasedRows } from '../platform/work/leased-rows.ts';

/** What the carrier said to the credentials: `refused` is found later only, never stored at once. */
export type VerificationState = 'verified' | 'unverified' | 'refused';

/** Which of a carrier's systems an account speaks to; `sandbox` is the one we ship. */
export type AccountEnvironment = 'production' | 'carrier_test' | 'sandbox';

export interface AccountRow {
  readonly id: string;
  readonly merchant_id: string;
  readonly mode: Mode;
  readonly carrier: string;
  readonly label: string;
  /** Null once it is disabled. */
  readonly webhook_secrets: Buffer | null;
  readonly credentials: Buffer | null;
  readonly credential_names: string[];
  readonly environment: AccountEnvironment;
  readonly calls_per_hour_max: number | null;
  readonly calls_per_day_max: number | null;
  readonly verification: VerificationState;
  readonly verification_reason: string | null;
  readonly verification_at: Date;
  /** When the credentials are verified next; null: not automatically. */
  readonly verify_at: Date | null;
  readonly verify_tries: number;
  readonly credentials_nr: number;
  readonly created_at: Date;
  readonly disabled_at: Date | null;
}

export async function insertAccount(
  db: Queryable,
  row: Omit<AccountRow, 'created_at' | 'disabled_at'> & { createdAtMs: number },
): Promise<void> {
  await db.query(
    `insert into carrier_accounts (id, merchant_id, mode, carrier, label, webhook_secrets,
       credentials, credential_names, environment, calls_per_hour_max, calls_per_day_max,
       verification, verification_reason, verification_at, verify_at, verify_tries,
       credentials_nr, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
             to_timestamp($18 / 1000.0))`,
    [
      row.id,
      row.merchant_id,
      row.mode,
      row.carrier,
      row.label,
      row.webhook_secrets,
      row.credentials,
      row.credential_names,
      row.environment,
      row.calls_per_hour_max,
      row.calls_per_day_max,
      row.verification,
      row.verification_reason,
      row.verification_at,
      row.verify_at,
      row.verify_tries,
      row.credentials_nr,
      row.createdAtMs,
    ],
  );
}

const COLUMNS = `id, merchant_id, mode, carrier, label, webhook_secrets, credentials,
  credential_names, environment, calls_per_hour_max, calls_per_day_max, verification,
  verification_reason, verification_at, verify_at, verify_tries, credentials_nr, created_at,
  disabled_at`;

/** An account by its id, of whichever merchant, a disabled one too. */
export async function accountById(db: Queryable, id: string): Promise<AccountRow | null> {
  const { rows } = await db.query<AccountRow>({
    name: 'account_by_id',
    text: `select ${COLUMNS} from carrier_accounts where id = $1`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** A live account the current role may see, locked until the transaction ends. */
export async function visibleAccountForChange(
  db: Queryable,
  id: string,
): Promise<AccountRow | null> {
  const { rows } = await db.query<AccountRow>(
    `select ${COLUMNS} from carrier_accounts where id = $1 and disabled_at is null for update`,
    [id],
  );
  return rows[0] ?? null;
}

/** First key of the two-key advisory locks, so that other uses of the database cannot collide. */
const LABEL_LOCK_CLASS = 0x5742_000a;

/**
 * The other live account of the same merchant, mode and carrier that has the label. Further
 * requests for one of these labels wait until the transaction ends. A lock rather than a unique
 * index: accounts that shared a label before this rule stay as they are.
 */
export async function holderOfLabel(
  tx: Queryable,
  row: Pick<AccountRow, 'id' | 'merchant_id' | 'mode' | 'carrier' | 'label'>,
): Promise<string | null> {
  const { id, merchant_id: merchantId, mode, carrier, label } = row;
  await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [
    LABEL_LOCK_CLASS,
    `${merchantId} ${mode} ${carrier}`,
  ]);
  const { rows } = await tx.query<{ id: string }>(
    `select id from carrier_accounts where merchant_id = $1 and mode = $2 and carrier = $3
       and label = $4 and id <> $5 and disabled_at is null limit 1`,
    [merchantId, mode, carrier, label, id],
  );
  return rows[0]?.id ?? null;
}

/** The live accounts the current role may see: under row-level security, the tenant's own. */
export async function visibleAccounts(db: Queryable): Promise<AccountRow[]> {
  const { rows } = await db.query<AccountRow>(
    `select ${COLUMNS} from carrier_accounts where disabled_at is null order by created_at, id`,
  );
  return rows;
}

/** Whether the tenant has or had such an account, including disabled ones. */
export async function accountEverVisible(
  db: Queryable,
  carrier: string,
  environment: AccountEnvironment,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'select 1 from carrier_accounts where carrier = $1 and environment = $2 limit 1',
    [carrier, environment],
  );
  return (rowCount ?? 0) > 0;
}

type Pollable = Pick<
  AccountRow,
  'id' | 'merchant_id' | 'mode' | 'carrier' | 'environment' | 'created_at'
>;

const POLLABLE = `select id, merchant_id, mode, carrier, environment, created_at
  from carrier_accounts where disabled_at is null and credentials is not null`;

/** Live accounts with credentials, of every tenant, oldest first. */
export async function accountsWithCredentials(db: Queryable): Promise<Pollable[]> {
  const { rows } = await db.query<AccountRow>({
    name: 'accounts_with_credentials',
    text: `${POLLABLE} order by created_at, id`,
  });
  return rows;
}

/** Those of one tenant with one carrier, oldest first. */
export async function accountsWithCredentialsOf(
  db: Queryable,
  { merchantId, mode }: Tenant,
  carrier: string,
): Promise<Pollable[]> {
  const { rows } = await db.query<AccountRow>({
    name: 'accounts_with_credentials_of',
    text: `${POLLABLE} and merchant_id = $1 and mode = $2 and carrier = $3 order by created_at, id`,
    values: [merchantId, mode, carrier],
  });
  return rows;
}

export async function updateAccount(
  db: Queryable,
  row: Omit<AccountRow, 'merchant_id' | 'mode' | 'carrier' | 'environment' | 'disabled_at'>,
): Promise<void> {
  await db.query(
    `update carrier_accounts set label = $2, webhook_secrets = $3, credentials = $4,
       credential_names = $5, calls_per_hour_max = $6, calls_per_day_max = $7, verification = $8,
       verification_reason = $9, verification_at = $10, verify_at = $11, verify_tries = $12,
       credentials_nr = $13
     where id = $1`,
    [
      row.id,
      row.label,
      row.webhook_secrets,
      row.credentials,
      row.credential_names,
      row.calls_per_hour_max,
      row.calls_per_day_max,
      row.verification,
      row.verification_reason,
      row.verification_at,
      row.verify_at,
      row.verify_tries,
      row.credentials_nr,
    ],
  );
}

/** A verdict about other credentials than those of now is refused by their number. */
const TO_VERIFY = leasedRows<string>({
  table: 'carrier_accounts',
  alias: 'a',
  key: { id: { type: 'uuid', of: (id) => id } },
  until: 'verify_at',
  token: null,
});

/**
 * Accounts whose credentials are to be verified now, of every tenant, longest due first. They are
 * due again at `againMs`, so that no other process claims them meanwhile and those of a dead
 * process are found.
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
 * Locked until the transaction ends, but not against rows that refer to it: booking a call holds
 * the account's state and needs just that. Null when its credentials have changed, or it has ended.
 */
export async function lockForVerdict(
  tx: Queryable,
  id: string,
  credentialsNr: number,
): Promise<AccountRow | null> {
  const { rows } = await tx.query<AccountRow>(
    `select ${COLUMNS} from carrier_accounts
     where id = $1 and credentials_nr = $2 and disabled_at is null for no key update`,
    [id, credentialsNr],
  );
  return rows[0] ?? null;
}

export async function saveVerdict(
  tx: Queryable,
  row: Pick<
    AccountRow,
    'id' | 'verification' | 'verification_reason' | 'verification_at' | 'verify_at' | 'verify_tries'
  >,
): Promise<void> {
  await tx.query(
    `update carrier_accounts set verification = $2, verification_reason = $3,
       verification_at = $4, verify_at = $5, verify_tries = $6
     where id = $1`,
    [
      row.id,
      row.verification,
      row.verification_reason,
      row.verification_at,
      row.verify_at,
      row.verify_tries,
    ],
  );
}

/** Its secrets are removed at once: it is never enabled again. */
export async function disableAccount(db: Queryable, id: string, atMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update carrier_accounts set disabled_at = to_timestamp($2 / 1000.0), verify_at = null,
       webhook_secrets = null, credentials = null, credential_names = '{}',
       credentials_nr = credentials_nr + 1
     where id = $1 and disabled_at is null`,
    [id, atMs],
  );
  return (rowCount ?? 0) > 0;
}
