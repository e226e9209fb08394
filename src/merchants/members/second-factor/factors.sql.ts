import type { Queryable } from '../../../platform/database/database.ts';
import { queryRow, queryRows } from '../../../platform/database/query-rows.ts';

export interface FactorRow {
  readonly secret: Buffer;
  readonly createdAtMs: number;
  readonly confirmedAtMs: number | null;
  /** A bigint, as PostgreSQL returns it. */
  readonly lastStep: string;
  readonly failures: number;
  readonly failuresSinceMs: number | null;
}

const COLUMNS = 'secret, created_at, confirmed_at, last_step, failures, failures_since';

export async function factorOfUser(db: Queryable, userId: string): Promise<FactorRow | null> {
  return queryRow<FactorRow>(db, `select ${COLUMNS} from member_factors where user_id = $1`, [
    userId,
  ]);
}

/**
 * Returns a second factor and locks it, so that two uses of the same code come one after the other.
 */
export async function lockFactor(tx: Queryable, userId: string): Promise<FactorRow | null> {
  return queryRow<FactorRow>(
    tx,
    `select ${COLUMNS} from member_factors where user_id = $1 for update`,
    [userId],
  );
}

/**
 * Stores a secret that must still be confirmed. Returns false, and changes nothing, if there is
 * already a confirmed one.
 */
export async function putUnconfirmed(
  db: Queryable,
  userId: string,
  secret: Uint8Array,
  nowMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into member_factors (user_id, secret, created_at)
     values ($1, $2, to_timestamp($3 / 1000.0))
     on conflict (user_id) do update set secret = excluded.secret, created_at = excluded.created_at
       where member_factors.confirmed_at is null`,
    [userId, secret, nowMs],
  );
  return rowCount === 1;
}

/** Accepts a code: it and all earlier ones are invalid from now on. */
export async function setStep(
  tx: Queryable,
  userId: string,
  step: number,
  nowMs: number,
): Promise<void> {
  await tx.query(
    `update member_factors set last_step = $2, failures = 0, failures_since = null,
       confirmed_at = coalesce(confirmed_at, to_timestamp($3 / 1000.0))
     where user_id = $1`,
    [userId, step, nowMs],
  );
}

export async function setFailures(
  tx: Queryable,
  userId: string,
  failures: number,
  sinceMs: number | null,
): Promise<void> {
  await tx.query(
    `update member_factors set failures = $2, failures_since = to_timestamp($3::float8 / 1000.0)
     where user_id = $1`,
    [userId, failures, sinceMs],
  );
}

export async function deleteFactor(db: Queryable, userId: string): Promise<void> {
  await db.query('delete from member_factors where user_id = $1', [userId]);
}

/** Stores recovery codes in place of all older ones. */
export async function putRecoveryCodes(
  tx: Queryable,
  userId: string,
  hashes: readonly Uint8Array[],
): Promise<void> {
  await tx.query('delete from member_recovery_codes where user_id = $1', [userId]);
  await tx.query(
    `insert into member_recovery_codes (user_id, code_hash)
     select $1, unnest($2::bytea[]) on conflict do nothing`,
    [userId, hashes],
  );
}

/** Uses up a recovery code; false if there is none such, or it was used. */
export async function takeRecoveryCode(
  tx: Queryable,
  userId: string,
  hash: Uint8Array,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    'delete from member_recovery_codes where user_id = $1 and code_hash = $2',
    [userId, hash],
  );
  return rowCount === 1;
}

export async function countRecoveryCodes(db: Queryable, userId: string): Promise<number> {
  const rows = await queryRows<{ count: number }>(
    db,
    'select count(*)::int as count from member_recovery_codes where user_id = $1',
    [userId],
  );
  return rows[0]?.count ?? 0;
}

/** Whether a merchant of the user requires a second factor. */
export async function isFactorRequired(db: Queryable, userId: string): Promise<boolean> {
  const rows = await queryRows<{ required: boolean }>(
    db,
    `select exists (select from memberships m join merchant_sign_in p on p.merchant_id = m.merchant_id
       where m.user_id = $1 and p.second_factor) as required`,
    [userId],
  );
  return rows[0]?.required ?? false;
}

export async function merchantRequiresFactor(db: Queryable, merchantId: string): Promise<boolean> {
  const rows = await queryRows<{ secondFactor: boolean }>(
    db,
    'select second_factor from merchant_sign_in where merchant_id = $1',
    [merchantId],
  );
  return rows[0]?.secondFactor ?? false;
}

export async function putMerchantSignIn(
  db: Queryable,
  merchantId: string,
  secondFactor: boolean,
  nowMs: number,
): Promise<void> {
  await db.query(
    `insert into merchant_sign_in (merchant_id, second_factor, changed_at)
     values ($1, $2, to_timestamp($3 / 1000.0))
     on conflict (merchant_id) do update
       set second_factor = excluded.second_factor, changed_at = excluded.changed_at`,
    [merchantId, secondFactor, nowMs],
  );
}
