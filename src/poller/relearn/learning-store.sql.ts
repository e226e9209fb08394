import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

/** Returns the content of the active table; null if there is none. */
export async function activeTable(db: Queryable): Promise<unknown> {
  const rows = await queryRows<{ content: unknown }>(
    db,
    'select content from hazard_tables where active',
  );
  return rows[0]?.content ?? null;
}

/** Stores a table, inactive; does nothing if that version is stored already. */
export async function insertTable(
  db: Queryable,
  version: string,
  learnedAtMs: number,
  content: object,
): Promise<void> {
  await db.query(
    `insert into hazard_tables (version, learned_at, content)
     values ($1, to_timestamp($2 / 1000.0), $3) on conflict do nothing`,
    [version, learnedAtMs, JSON.stringify(content)],
  );
}

const LOCK_CLASS = 0x5742_0008;

/**
 * Makes `to` the active table if `from` still is; returns whether it did. Call it in a transaction.
 * The lock serialises switches even while no table is active, when there is no row to lock.
 */
export async function switchActive(
  tx: Queryable,
  from: string | null,
  to: string,
): Promise<boolean> {
  await tx.query(`select pg_advisory_xact_lock(${LOCK_CLASS}, 0)`);
  const rows = await queryRows<{ version: string }>(
    tx,
    'select version from hazard_tables where active',
  );
  if ((rows[0]?.version ?? null) !== from) return false;
  await tx.query('update hazard_tables set active = false where active');
  const { rowCount } = await tx.query('update hazard_tables set active = true where version = $1', [
    to,
  ]);
  return (rowCount ?? 0) > 0;
}
