import type { Database } from '../../platform/database/database.ts';
import {
  dropLogEntries,
  oldestLogEntries,
  shardsWithEntriesBefore,
} from '../../platform/event-log/event-log.ts';
import { type ArchiveDeps, archiveParcels } from '../archiving/archive-parcels.ts';
import type { StillDue } from '../commands/manage.ts';
import type { TrackingDeps } from '../tracking.ts';
import { deleteInBatches } from './delete-batches.ts';
import { allFollowedBecauseOf, type OwnedId, withoutEventSince } from './erase.sql.ts';

/** Where ended parcels go before they are deleted, and those of which carriers they do not go there. */
export interface ArchiveOfSweep {
  readonly store: ArchiveDeps['store'];
  readonly exceptCarriers: readonly string[];
}

/**
 * Goes through the oldest end of the log: removes at most `limit` entries that were recorded before
 * then, of each shard, and deletes shipments among their subjects of which nothing happened since, as their
 * merchant might have. One of which something did has later entries, and its turn comes with those.
 * Answers how many entries went.
 *
 * @param archive what is deleted is on disk there first, all of one sweep in one file; null: there is none.
 */
export async function sweepLog(
  deps: TrackingDeps & { readonly db: Pick<Database, 'pipeline'> },
  beforeMs: number,
  limit: number,
  archive: ArchiveOfSweep | null = null,
): Promise<number> {
  const { pipeline } = deps.db;
  const last = new Map<number, bigint>();
  const subjects = new Set<string>();
  for (const shard of await shardsWithEntriesBefore(pipeline, beforeMs)) {
    for (const entry of await oldestLogEntries(pipeline, shard, beforeMs, limit)) {
      subjects.add(entry.subjectId);
      last.set(shard, entry.position);
    }
  }
  const due = await withoutEventSince(pipeline, [...subjects], beforeMs);
  await retire(deps, due, archive, async (db, ids) => {
    const still = await withoutEventSince(db, ids, beforeMs);
    return new Set(still.map(({ id }) => id));
  });
  let gone = 0;
  for (const [shard, position] of last) gone += await dropLogEntries(pipeline, shard, position);
  return gone;
}

async function retire(
  deps: TrackingDeps,
  due: readonly OwnedId[],
  archive: ArchiveOfSweep | null,
  stillDue: StillDue,
): Promise<void> {
  const isKept = ({ carrier }: OwnedId) => archive?.exceptCarriers.includes(carrier) === false;
  const kept = new Set(due.filter(isKept).map(({ id }) => id));
  if (archive !== null) {
    // Those that go with them.
    const named = await allFollowedBecauseOf(deps.db.pipeline, [...kept]);
    await archiveParcels({ ...deps, store: archive.store }, [...new Set([...kept, ...named])]);
  }
  await deleteInBatches(deps, due, { isArchived: (id) => kept.has(id), stillDue });
}
