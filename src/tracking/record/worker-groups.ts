import type { Queryable } from '../../platform/database/database.ts';
import type { ClusterWorkers } from '../../platform/distribution/cluster-workers.sql.ts';
import { type Addressed, groupShards } from './shard-batches.ts';
import { shipmentIdsByNumber } from './shipment-ids.sql.ts';

/** Reports that are recorded together. */
export interface ReportGroup {
  /**
   * The cluster's workers that have their parcels, mostly one; none: the database is on one server,
   * or nobody has registered the numbers.
   */
  readonly workers: readonly number[];
  readonly reports: readonly Addressed[];
}

/**
 * Groups reports by shard, and on a cluster first by worker, so that a transaction writes on one
 * worker, and a dead one stops only its own parcels.
 */
export async function groupReports(
  deps: { readonly db: Queryable; readonly workers: Pick<ClusterWorkers, 'placesOf'> },
  byShard: ReadonlyMap<number, readonly Addressed[]>,
): Promise<ReportGroup[]> {
  const isCluster = (await deps.workers.placesOf([])) !== null;
  if (!isCluster) return groupShards(byShard).map((reports) => ({ workers: [], reports }));
  const found = await shipmentIdsByNumber(deps.db, [...byShard.values()].flat());
  const places = await deps.workers.placesOf(found.map(({ id }) => id));
  const workers = new Map<string, number[]>();
  for (const each of found) {
    const worker = places?.get(each.id);
    const known = workers.get(numberOf(each));
    if (worker === undefined) continue;
    if (known === undefined) workers.set(numberOf(each), [worker]);
    else known.push(worker);
  }
  return groupByWorker(byShard, (report) => workers.get(numberOf(report)) ?? []);
}

/**
 * Groups reports by the workers of their parcels, and these by shard. Several merchants' parcels of
 * one number may be on several workers; they are recorded together, because they share a public
 * answer. Pure.
 */
export function groupByWorker(
  byShard: ReadonlyMap<number, readonly Addressed[]>,
  workersOf: (report: Addressed) => readonly number[],
): ReportGroup[] {
  const byWorkers = new Map<
    string,
    { readonly workers: readonly number[]; readonly byShard: Map<number, Addressed[]> }
  >();
  for (const [shard, reports] of byShard) {
    for (const report of reports) {
      const workers = [...new Set(workersOf(report))].sort((one, other) => one - other);
      const key = workers.join();
      const known = byWorkers.get(key) ?? { workers, byShard: new Map<number, Addressed[]>() };
      byWorkers.set(key, known);
      const some = known.byShard.get(shard);
      if (some === undefined) known.byShard.set(shard, [report]);
      else some.push(report);
    }
  }
  return [...byWorkers.values()].flatMap((each) =>
    groupShards(each.byShard).map((reports) => ({ workers: each.workers, reports })),
  );
}

function numberOf({ carrier, trackingNumber }: Pick<Addressed, 'carrier' | 'trackingNumber'>) {
  return `${carrier}\n${trackingNumber}`;
}
