import type { Queryable } from '../platform/database.ts';

/** Whether more than so many receipts wait to be read; looks at no more of them than that. */
export async function isInboxCrowded(db: Queryable, than: number): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'inbox_crowded',
    text: `select from receipts where fate = 'received' offset $1 limit 1`,
    values: [than],
  });
  return rowCount === 1;
}
