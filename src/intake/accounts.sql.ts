import type { Mode, Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database.ts';

/** Which of a carrier's systems an account speaks to; `sandbox` is the one we ship. */
export type AccountEnvironment = 'production' | 'carrier_test' | 'sandbox';

export interface AccountRow {
  readonly id: string;
  readonly merchant_id: string;
  readonly mode: Mode;
  readonly carrier: string;
  readonly label: string;
  readonly webhook_secrets: Buffer;
  readonly credentials: Buffer | null;
  readonly credential_names: string[];
  readonly environment: AccountEnvironment;
  readonly calls_per_hour_max: number | null;
  readonly calls_per_day_max: number | null;
  readonly created_at: Date;
  readonly disabled_at: Date | null;
}

export async function insertAccount(
  db: Queryable,
  row: Omit<AccountRow, 'created_at' | 'disabled_at'> & { createdAtMs: number },
): Promise<void> {
  await db.query(
    `insert into carrier_accounts (id, merchant_id, mode, carrier, label, webhook_secrets,
       credentials, credential_names, environment, calls_per_hour_max, calls_per_day_max, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, to_timestamp($12 / 1000.0))`,
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
      row.createdAtMs,
    ],
  );
}

const COLUMNS = `id, merchant_id, mode, carrier, label, webhook_secrets, credentials,
  credential_names, environment, calls_per_hour_max, calls_per_day_max, created_at, disabled_at`;

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

/** The live accounts the current role may see: under row-level security, the tenant's own. */
export async function visibleAccounts(db: Queryable): Promise<AccountRow[]> {
  const { rows } = await db.query<AccountRow>(
    `select ${COLUMNS} from carrier_accounts where disabled_at is null order by created_at, id`,
  );
  return rows;
}

/** Whether the tenant has or had such an account: one that was taken out of use counts. */
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

/** Live accounts that can be asked with, of every tenant, oldest first. */
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
  row: Pick<
    AccountRow,
    | 'id'
    | 'label'
    | 'webhook_secrets'
    | 'credentials'
    | 'credential_names'
    | 'calls_per_hour_max'
    | 'calls_per_day_max'
  >,
): Promise<void> {
  await db.query(
    `update carrier_accounts set label = $2, webhook_secrets = $3, credentials = $4,
       credential_names = $5, calls_per_hour_max = $6, calls_per_day_max = $7
     where id = $1`,
    [
      row.id,
      row.label,
      row.webhook_secrets,
      row.credentials,
      row.credential_names,
      row.calls_per_hour_max,
      row.calls_per_day_max,
    ],
  );
}

export async function disableAccount(db: Queryable, id: string, atMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update carrier_accounts set disabled_at = to_timestamp($2 / 1000.0)
     where id = $1 and disabled_at is null`,
    [id, atMs],
  );
  return (rowCount ?? 0) > 0;
}
