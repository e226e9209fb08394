import { uuidV7 } from '../../kernel/ids.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import type { RecordContext } from '../record/record.ts';
import { endJob, insertJob, type JobRow, type Lease } from './jobs/jobs.sql.ts';
import { merchantsChangedSince } from './later-orders.sql.ts';

/**
 * Ends a renormalization, and orders another for each merchant whose own rules changed during its
 * run, because some of its parcels were read with the old rules. If it started over instead, one
 * merchant could prevent everybody's job from ending.
 */
export async function endWithLaterOrders(
  db: Pick<Database, 'pipeline'>,
  job: Pick<JobRow, 'carrier' | 'scope' | 'notify' | 'createdBy'>,
  lease: Lease,
  read: { readonly toVersion: string; readonly overlaysGeneration: number | null },
  { nowMs, randomBytes }: Pick<RecordContext, 'nowMs' | 'randomBytes'>,
): Promise<void> {
  const { carrier, scope, notify, createdBy } = job;
  await withTransaction(db.pipeline, async (tx) => {
    if (!(await endJob(tx, lease, 'done', null)) || read.overlaysGeneration === null) return;
    const merchants = await merchantsChangedSince(
      tx,
      { carrier, merchantId: scope.merchantId },
      read.overlaysGeneration,
    );
    for (const merchantId of merchants) {
      await insertJob(tx, {
        id: uuidV7(nowMs, randomBytes(10)),
        kind: 'renormalize',
        carrier,
        notify,
        createdBy,
        fromVersion: null,
        toVersion: read.toVersion,
        createdAtMs: nowMs,
        scope: { ...scope, merchantId },
      });
    }
  });
}
