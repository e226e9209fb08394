import { deleteInboundMessages, takeExpiredParked } from '../../intake/index.ts';
import {
  type Database,
  type Queryable,
  withTransaction,
} from '../../platform/database/database.ts';
import { blameOf } from '../../platform/database/database-errors.ts';
import {
  dropLogEntries,
  oldestLogEntries,
  shardsWithEntriesBefore,
} from '../../platform/event-log/event-log.ts';
import type { Pacer } from '../../platform/pace/pacer.ts';
import { type ArchiveDeps, archiveParcels } from '../archiving/archive-parcels.ts';
import { deleteShipment, deleteTogether, type StillDue } from '../commands/manage.ts';
import type { Shipment } from '../shipment.ts';
import { shipmentsByIds } from '../shipments.sql.ts';
import type { TrackingDeps } from '../tracking.ts';
import {
  allLinkedBy,
  endedBefore,
  leadingShipments,
  type OwnedId,
  withoutEventSince,
} from './erase.sql.ts';
import { neededByNobody } from './erase-shipment.ts';
import type { Sweeping, Unswept } from './held-back.ts';

/** Where ended parcels are archived before deletion, and the carriers whose parcels are not. */
interface ArchiveOfSweep {
  readonly store: ArchiveDeps['store'];
  readonly exceptCarriers: readonly string[];
}

/**
 * Removes the oldest log entries, at most `limit` per shard, that were recorded before `beforeMs`,
 * and deletes the shipments among their subjects without a newer event, as their merchant could.
 * Those with newer events are considered again with those entries. Returns how many entries were
 * removed. A parcel that cannot be deleted retains its entries, so that it is tried again.
 * @param sweeping parcels held back in it are skipped.
 * @param archive where deleted parcels are written before, all of one sweep in one file; null:
 * nowhere.
 */
export async function sweepLog(
  deps: TrackingDeps & { readonly db: Pick<Database, 'pipeline'> },
  beforeMs: number,
  limit: number,
  { held, pacer }: Sweeping,
  archive: ArchiveOfSweep | null = null,
): Promise<number> {
  const { pipeline } = deps.db;
  const heldBack = held.ids();
  const lastPositions = new Map<number, bigint>();
  const subjects = new Set<string>();
  for (const shard of await shardsWithEntriesBefore(pipeline, beforeMs)) {
    for (const entry of await oldestLogEntries(pipeline, shard, beforeMs, limit, heldBack)) {
      subjects.add(entry.subjectId);
      lastPositions.set(shard, entry.position);
    }
  }
  const due = await withoutEventSince(pipeline, [...subjects], beforeMs);
  const failed = await archiveAndDelete(deps, due, archive, {
    ...(pacer && { pacer }),
    stillDue: async (db, ids) => {
      const still = await withoutEventSince(db, ids, beforeMs);
      return new Set(still.map(({ id }) => id));
    },
  });
  const notDeleted = [...heldBack, ...failed.map(({ id }) => id)];
  let gone = 0;
  for (const [shard, position] of lastPositions) {
    gone += await dropLogEntries(pipeline, shard, position, notDeleted);
  }
  // Last, because it may throw: the entries of deleted parcels are removed anyway.
  held.add(failed);
  return gone;
}

/** Archives parcels, unless their carrier is exempt, and deletes them; returns the failures. */
async function archiveAndDelete(
  deps: TrackingDeps,
  due: readonly OwnedId[],
  archive: ArchiveOfSweep | null,
  how: Pick<Deleting, 'stillDue' | 'pacer'>,
): Promise<readonly Unswept[]> {
  const isArchived = ({ carrier }: OwnedId) => archive?.exceptCarriers.includes(carrier) === false;
  const toArchive = new Set(due.filter(isArchived).map(({ id }) => id));
  const unread = archive === null ? [] : await archiveAll(deps, [...toArchive], archive);
  const unreadIds = new Set(unread.map(({ id }) => id));
  const unswept = await deleteInBatches(
    deps,
    due.filter(({ id }) => !unreadIds.has(id)),
    { ...how, isArchived: (id) => toArchive.has(id) },
  );
  return [...unread, ...unswept];
}

/**
 * Archives parcels and their linked shipments; returns those that cannot be read, or whose linked
 * shipment cannot.
 */
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

/**
 * Deletes at most `limit` shipments of a carrier that ended before `beforeMs`, as their merchants
 * could: some carriers' terms require it. Failures are skipped. Returns how many were deleted.
 */
export async function sweepEnded(
  deps: TrackingDeps & { readonly db: Pick<Database, 'pipeline'> },
  carrier: string,
  beforeMs: number,
  limit: number,
  { held, pacer }: Sweeping,
): Promise<number> {
  const ended = await endedBefore(deps.db.pipeline, carrier, beforeMs, limit, held.ids());
  const failed = await deleteInBatches(deps, ended, { pacer });
  held.add(failed);
  return ended.length - failed.length;
}

/**
 * Removes at most `limit` reports that arrived before `beforeMs` and whose number was never
 * registered, with the inbound messages that nothing else needs. Returns how many reports.
 */
export async function sweepUnclaimed(
  { pipeline }: Pick<Database, 'pipeline'>,
  beforeMs: number,
  limit: number,
): Promise<number> {
  return withTransaction(pipeline, async (tx) => {
    const expired = await takeExpiredParked(tx, beforeMs, limit);
    await deleteInboundMessages(tx, await neededByNobody(tx, expired));
    return expired.length;
  });
}

/** What the sweeps should have removed by now and did not. */
interface Overdue {
  /** Some of the remaining parcels. */
  readonly parcels: readonly string[];
  /** Whether anything is left, parcels or log entries. */
  readonly isBehind: boolean;
}

/** How many are checked per shard and carrier: enough to name some, not all. */
const LOOKED_AT = 20;
const NAMED_MAX = 5;

/**
 * Finds what the sweeps left behind.
 * @param logBeforeMs parcels without an event since then should be gone, and so should older log
 * entries.
 * @param endedBeforeMs parcels of these carriers that ended before then should be gone, too.
 */
export async function overdueParcels(
  db: Queryable,
  logBeforeMs: number,
  endedBeforeMs: ReadonlyMap<string, number>,
): Promise<Overdue> {
  const shards = await shardsWithEntriesBefore(db, logBeforeMs);
  const subjects = new Set<string>();
  for (const shard of shards) {
    for (const { subjectId } of await oldestLogEntries(db, shard, logBeforeMs, LOOKED_AT)) {
      subjects.add(subjectId);
    }
  }
  const parcels = new Set(
    (await withoutEventSince(db, [...subjects], logBeforeMs)).map(({ id }) => id),
  );
  for (const [carrier, beforeMs] of endedBeforeMs) {
    for (const { id } of await endedBefore(db, carrier, beforeMs, LOOKED_AT)) parcels.add(id);
  }
  return {
    parcels: [...parcels].slice(0, NAMED_MAX),
    isBehind: shards.length > 0 || parcels.size > 0,
  };
}

/**
 * Number of shipments per transaction: the cost of a single deletion is mostly the round trip and
 * the commit.
 */
const TOGETHER_MAX = 20;

interface Deleting {
  /** Whether a deleted shipment is in the archive and stays there. */
  readonly isArchived?: (id: string) => boolean;
  /** Checks again when a batch starts, which may be minutes later; if absent, all are due. */
  readonly stillDue?: StillDue;
  /**
   * Sets the batch size and the pause between batches; if absent, batches are as large as possible
   * and there is no pause.
   */
  readonly pacer?: Pick<Pacer, 'inBatches'> | undefined;
}

/**
 * Deletes shipments whose retention has ended, in batches. One that cannot be deleted does not
 * block the others: the failures are returned at the end.
 */
export async function deleteInBatches(
  deps: TrackingDeps,
  due: readonly OwnedId[],
  how: Deleting = {},
): Promise<readonly Unswept[]> {
  const failures: Unswept[] = [];
  let at = 0;
  const step = async (limit: number): Promise<number> => {
    const some = due.slice(at, at + limit);
    at += some.length;
    if (some.length > 0) failures.push(...(await deleteBatch(deps, some, how)));
    return some.length;
  };
  const isLeft = () => at < due.length;
  if (how.pacer === undefined) while (isLeft()) await step(TOGETHER_MAX);
  else await how.pacer.inBatches(step, { max: TOGETHER_MAX, mayGoOn: isLeft });
  return failures;
}

/** Deletes one batch; returns the shipments that cannot be deleted. */
async function deleteBatch(
  deps: TrackingDeps,
  due: readonly OwnedId[],
  { isArchived = () => false, stillDue }: Deleting,
): Promise<Unswept[]> {
  const ids = due.map(({ id }) => id);
  const leading = await leadingShipments(deps.db.pipeline, ids);
  const alone = (await shipmentsByIds(deps.db.pipeline, ids)).filter(({ id }) => !leading.has(id));
  const batch = oneOfEachNumber(alone);
  let left: readonly OwnedId[] = due.filter(({ id }) => !batch.has(id));
  try {
    await deleteTogether(deps, [...batch.values()], isArchived, stillDue);
  } catch (error) {
    // One of them must not block the others.
    if (blameOf(error) !== 'entry') throw error;
    left = due;
  }
  const failures: Unswept[] = [];
  for (const { id, merchantId, mode } of left) {
    try {
      if (stillDue && !(await stillDue(deps.db.pipeline, [id])).has(id)) continue;
      await deleteShipment(deps, { merchantId, mode }, id, { isArchived: isArchived(id) });
    } catch (error) {
      if (blameOf(error) !== 'entry') throw error;
      failures.push({ id, error });
    }
  }
  return failures;
}

/**
 * Returns one shipment of each number, by id, because `deleteTogether` requires distinct numbers.
 */
function oneOfEachNumber(shipments: readonly Shipment[]): ReadonlyMap<string, Shipment> {
  const byNumber = new Map(
    shipments.map((each) => [`${each.carrier}\n${each.trackingNumber}`, each]),
  );
  return new Map([...byNumber.values()].map((each) => [each.id, each]));
}
