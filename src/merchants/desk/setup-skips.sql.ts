import type { Queryable } from '../../platform/database/database.ts';
import { queryRows } from '../../platform/database/query-rows.ts';

/** Returns the setup steps that a merchant has skipped. Needs the pipeline's role. */
export async function skippedSteps(db: Queryable, merchantId: string): Promise<readonly string[]> {
  const rows = await queryRows<{ step: string }>(db, {
    name: 'setup_skips',
    text: 'select step from setup_skips where merchant_id = $1',
    values: [merchantId],
  });
  return rows.map(({ step }) => step);
}

/** Skips a step, or includes it again; repeating it changes nothing. */
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
