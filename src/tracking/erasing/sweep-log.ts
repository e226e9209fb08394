import type { Database } from '../../platform/database/database.ts';
import {
  dropLogEntries,
  oldestLogEntries,
  shardsWithEntriesBefore,
} from '../../platform/event-log/event-log.ts';
import { type ArchiveDeps, archiveParcels } from '../archiving/archive-parcels.ts';
import type { TrackingDeps } from '../tracking.ts';
import { type Deleting, deleteInBatches } from './delete-batches.ts';
import { allLinkedBy, type OwnedId, withoutEventSince } from './erase.sql.ts';
import type { Sweeping, Unswept } from './held-back.ts';

/** Where ended parcels go before they are deleted, and those of which carriers they do not go there. */
export interface ArchiveOfSweep {
  readonly store: ArchiveDeps['store'];
  readonly exceptCarriers: readonly string[];
}

/**
 * Goes through the oldest end of the log: removes at most `limit` entries that were recorded before
 * then, of each shard, and deletes shipments among their subjects of which nothing happened since, as their
 * merchant might have. One of which something did has later entries, and its turn comes with those.
 * Answers how many entries went. A parcel that cannot be deleted keeps its entries, so that its turn comes again.
 *
 * @param sweeping those that could not be are passed by.
 * @param archive what is deleted is on disk there first, all of one sweep in one file; null: there is none.
 */
export async function sweepLog(
  deps: TrackingDeps & { readonly db: Pick<Database, 'pipeline'> },
  beforeMs: number,
  limit: number,
  { held, pacer }: Sweeping,
  archive: ArchiveOfSweep | null = null,
): Promise<number> {
  const { pipeline } = deps.db;
  const passedBy = held.ids();
  const last = new Map<number, bigint>();
  const subjects = new Set<string>();
  for (const shard of await shardsWithEntriesBefore(pipeline, beforeMs)) {
    for (const entry of await oldestLogEntries(pipeline, shard, beforeMs, limit, passedBy)) {
      subjects.add(entry.subjectId);
      last.set(shard, entry.position);
    }
  }
  const due = await withoutEventSince(pipeline, [...subjects], beforeMs);
  const failed = await retire(deps, due, archive, {
    ...(pacer && { pacer }),
    stillDue: async (db, ids) => {
      const still = await withoutEventSince(db, ids, beforeMs);
      return new Set(still.map(({ id }) => id));
    },
  });
  const left = [...passedBy, ...failed.map(({ id }) => id)];
  let gone = 0;
  for (const [shard, position] of last) {
    gone += await dropLogEntries(pipeline, shard, position, left);
  }
  // Last, as it may throw: the entries of what is deleted go all the same.
  held.add(failed);
  return gone;
}

/** Answers those that could not be archived or deleted. */
async function retire(
  deps: TrackingDeps,
  due: readonly OwnedId[],
  archive: ArchiveOfSweep | null,
  how: Pick<Deleting, 'stillDue' | 'pacer'>,
): Promise<readonly Unswept[]> {
  const isArchived = ({ carrier }: OwnedId) => archive?.exceptCarriers.includes(carrier) === false;
  const held = new Set(due.filter(isArchived).map(({ id }) => id));
  const unread = archive === null ? [] : await archiveAll(deps, [...held], archive);
  const left = new Set(unread.map(({ id }) => id));
  const unswept = await deleteInBatches(
    deps,
    due.filter(({ id }) => !left.has(id)),
    { ...how, isArchived: (id) => held.has(id) },
  );
  return [...unread, ...unswept];
}

/** With those that go with them; answers which cannot be read, or have one of these. */
async function archiveAll(
  deps: TrackingDeps,
  ids: readonly string[],
  { store }: ArchiveOfSweep,
): Promise<readonly Unswept[]> {
  const { pipeline } = deps.db;
  const named = await allLinkedBy(pipeline, ids);
  const unread = new Map<string, unknown>();
  await archiveParcels({ ...deps, store }, [...new Set([...ids, ...named])], (id, error) => {
    unread.set(id, error);
  });
  if (unread.size === 0) return [];
  const failed: Unswept[] = [];
  for (const id of ids) {
    const bad = [id, ...(await allLinkedBy(pipeline, [id]))].find((each) => unread.has(each));
    if (bad !== undefined) failed.push({ id, error: unread.get(bad) });
  }
  return failed;
}
