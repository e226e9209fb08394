import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

/** The steps of the setup that a merchant has left out. Role `waybill_pipeline`. */
export async function skippedSteps(db: Queryable, merchantId: string): Promise<readonly string[]> {
  const rows = await queryRows<{ step: string }>(db, {
    name: 'setup_skips',
    text: 'select step from setup_skips where merchant_id = $1',
    values: [merchantId],
  });
  return rows.map(({ step }) => step);
}

/** Leaves a step out, or takes it up again; the same twice is fine. */
export async function skipStep(
  db: Queryable,
  merchantId: string,
  step: string,
  isSkipped: boolean,
): Promise<void> {
  await db.query(
    isSkipped
      ? 'insert into setup_skips (merchant_id, step) values ($1, $2) on conflict do nothing'
      : 'delete from setup_skips where merchant_id = $1 and step = $2',
    [merchantId, step],
  );
}
