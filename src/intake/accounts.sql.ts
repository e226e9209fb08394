import type { Mode } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database.ts';

export interface AccountRow {
  readonly id: string;
  readonly merchant_id: string;
  readonly mode: Mode;
  readonly carrier: string;
  readonly label: string;
  readonly webhook_secrets: Buffer;
  readonly created_at: Date;
}

export async function insertAccount(
  db: Queryable,
  row: Omit<AccountRow, 'created_at'> & { createdAtMs: number },
): Promise<void> {
  await db.query(
    `insert into carrier_accounts (id, merchant_id, mode, carrier, label, webhook_secrets, created_at)
     values ($1, $2, $3, $4, $5, $6, to_timestamp($7 / 1000.0))`,
    [
      row.id,
      row.merchant_id,
      row.mode,
      row.carrier,
      row.label,
      row.webhook_secrets,
      row.createdAtMs,
    ],
  );
}

const COLUMNS = 'id, merchant_id, mode, carrier, label, webhook_secrets, created_at';

/** A live account by its id, of whichever merchant: the webhook door knows nothing else. */
export async function accountById(db: Queryable, id: string): Promise<AccountRow | null> {
  const { rows } = await db.query<AccountRow>({
    name: 'account_by_id',
    text: `select ${COLUMNS} from carrier_accounts where id = $1 and disabled_at is null`,
    values: [id],
  });
  return rows[0] ?? null;
}

/** The live accounts the current role may see: under row-level security, the tenant's own. */
export async function visibleAccounts(db: Queryable): Promise<AccountRow[]> {
  const { rows } = await db.query<AccountRow>(
    `select ${COLUMNS} from carrier_accounts where disabled_at is null order by created_at, id`,
  );
  return rows;
}

export async function disableAccount(db: Queryable, id: string, atMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update carrier_accounts set disabled_at = to_timestamp($2 / 1000.0)
     where id = $1 and disabled_at is null`,
    [id, atMs],
  );
  return (rowCount ?? 0) > 0;
}
