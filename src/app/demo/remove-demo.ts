import { deleteDemoMerchant, deleteDemoRows, ownedTables } from '../../merchants/index.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';

/** Rows deleted in one statement, which takes some 50 ms. */
const BATCH = 500;
/** Each pass deletes what the previous one freed; tables refer to one another four levels deep. */
const PASSES_MAX = 8;

/**
 * Removes the demo merchant and everything of it, in small batches. False: it was stopped, and the
 * next call continues.
 */
export async function removeDemo(
  db: Pick<Database, 'pipeline'>,
  mayGoOn: () => Promise<boolean>,
): Promise<boolean> {
  if (!(await removeDemoRows(db, mayGoOn))) return false;
  await withTransaction(db.pipeline, deleteDemoMerchant);
  // A reaction to somebody's last click may have added a row meanwhile.
  return removeDemoRows(db, mayGoOn);
}

/** Removes all rows of the demo but the merchant itself. False: it was stopped. */
export async function removeDemoRows(
  { pipeline }: Pick<Database, 'pipeline'>,
  mayGoOn: () => Promise<boolean>,
): Promise<boolean> {
  let tables = await ownedTables(pipeline);
  for (let pass = 0; tables.length > 0; pass += 1) {
    if (pass === PASSES_MAX)
      throw new Error(`rows of the demo cannot be deleted from ${tables[0]?.name}`);
    const blocked = [];
    for (const table of tables) {
      let deleted: number | null = BATCH;
      while (deleted === BATCH) {
        if (!(await mayGoOn())) return false;
        deleted = await deleteDemoRows(pipeline, table, BATCH);
      }
      if (deleted === null) blocked.push(table);
    }
    tables = blocked;
  }
  return true;
}
