import type { Database } from '../../platform/database/database.ts';
import {
  dropLogEntries,
  oldestLogEntries,
  shardsWithEntriesBefore,
} from '../../platform/event-log/event-log.ts';
import { deleteShipment } from '../commands/manage.ts';
import type { TrackingDeps } from '../tracking.ts';
import { withoutEventSince } from './erase.sql.ts';

/**
 * Goes through the oldest end of the log: removes at most `limit` entries that were recorded before
 * then, of each shard, and deletes shipments among their subjects of which nothing happened since, as their
 * merchant might have. One of which something did has later entries, and its turn comes with those. Answers how many entries went.
 */
export async function sweepLog(
  deps: TrackingDeps & { readonly db: Pick<Database, 'pipeline'> },
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { pipeline } = deps.db;
  let gone = 0;
  for (const shard of await shardsWithEntriesBefore(pipeline, beforeMs)) {
    const entries = await oldestLogEntries(pipeline, shard, beforeMs, limit);
    const subjects = [...new Set(entries.map(({ subjectId }) => subjectId))];
    for (const { id, ...tenant } of await withoutEventSince(pipeline, subjects, beforeMs)) {
      await deleteShipment(deps, tenant, id);
    }
    const last = entries.at(-1);
    if (last !== undefined) gone += await dropLogEntries(pipeline, shard, last.position);
  }
  return gone;
}
