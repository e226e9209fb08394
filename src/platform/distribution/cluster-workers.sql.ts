import type pg from 'pg';
import { blameOf } from '../database/database-errors.ts';
import { queryRows } from '../database/query-rows.ts';
import { isDistributed } from './cluster-check.sql.ts';

/**
 * Which worker of a Citus cluster has which parcel, and which workers do not answer. On one server
 * there are no workers, and nothing is asked but once.
 */
export interface ClusterWorkers {
  /** Returns the workers of these parcels, by shipment; null: the database is on one server. */
  placesOf(shipmentIds: readonly string[]): Promise<ReadonlyMap<string, number> | null>;
  /** Returns those of these parcels, by shipment, whose workers answer; on one server all. */
  present(shipmentIds: readonly string[]): Promise<readonly string[]>;
  /** The workers (Citus's group ids) that did not answer lately. They are asked again each second. */
  readonly away: ReadonlySet<number>;
  /**
   * Asks all workers if such a failure may come from one of them. Returns whether any is away, so
   * that the caller can go on with the parcels of the others.
   */
  blames(error: unknown): Promise<boolean>;
}

/** How often workers that are away are asked. */
const ASK_EVERY_MS = 1_000;

const known = new WeakMap<pg.Pool, ClusterWorkers>();

/** Returns the workers behind a pool of the role `waybill_pipeline`. */
export function clusterWorkersOf(pool: pg.Pool): ClusterWorkers {
  let workers = known.get(pool);
  if (workers === undefined) {
    workers = createClusterWorkers({
      isCluster: () => isDistributed(pool),
      placesOf: (ids) => placesOf(pool, ids),
      ask: () => askWorkers(pool),
    });
    known.set(pool, workers);
  }
  return workers;
}

interface ClusterWorkersDeps {
  readonly isCluster: () => Promise<boolean>;
  readonly placesOf: (ids: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  readonly ask: () => Promise<readonly WorkerAnswer[]>;
  /** Monotonic milliseconds. */
  readonly monotonicMs?: () => number;
}

/** Whether the subject of such a log entry is a parcel, whose id has a worker. */
export function isAboutParcel(type: string): boolean {
  return type.startsWith('shipment.');
}

/** A worker's answer. */
export interface WorkerAnswer {
  readonly worker: number;
  /** The number of its transactions that wait for the coordinator's decision; null: no answer. */
  readonly undecided: number | null;
}

/** Remembers which workers are away. */
export function createClusterWorkers(deps: ClusterWorkersDeps): ClusterWorkers {
  const { monotonicMs = () => performance.now() } = deps;
  let away: ReadonlySet<number> = new Set();
  let cluster: Promise<boolean> | null = null;
  let asking: Promise<void> | null = null;
  let answeredAtMs = Number.NEGATIVE_INFINITY;
  const isCluster = (): Promise<boolean> => {
    cluster ??= deps.isCluster().catch((error: unknown) => {
      cluster = null;
      throw error;
    });
    return cluster;
  };
  const ask = async (): Promise<void> => {
    asking ??= deps
      .ask()
      .then((answers) => {
        away = stillAway(away, answers);
      })
      .finally(() => {
        asking = null;
        answeredAtMs = monotonicMs();
      });
    await asking;
  };
  const awayNow = (): ReadonlySet<number> => {
    // In the background: a worker that hangs must not delay the parcels of the others.
    if (away.size > 0 && monotonicMs() - answeredAtMs >= ASK_EVERY_MS) ask().catch(() => {});
    return away;
  };
  return {
    async placesOf(shipmentIds) {
      if (!(await isCluster())) return null;
      return shipmentIds.length === 0 ? new Map() : deps.placesOf(shipmentIds);
    },
    async present(shipmentIds) {
      const absent = awayNow();
      if (absent.size === 0 || shipmentIds.length === 0) return shipmentIds;
      const places = await deps.placesOf(shipmentIds);
      return shipmentIds.filter((id) => !absent.has(places.get(id) ?? -1));
    },
    get away() {
      return awayNow();
    },
    async blames(error) {
      const blame = blameOf(error);
      if (blame !== 'unavailable' && blame !== 'machine') return false;
      try {
        if (!(await isCluster())) return false;
        await ask();
      } catch {
        // The coordinator itself is unavailable.
        return false;
      }
      return away.size > 0;
    },
  };
}

/**
 * Returns the workers that are away now. One that returns stays away while it has undecided
 * transactions from before: their rows are locked and not visible, until Citus settles them
 * (`citus.recover_2pc_interval`). Pure.
 */
export function stillAway(
  before: ReadonlySet<number>,
  answers: readonly WorkerAnswer[],
): ReadonlySet<number> {
  return new Set(
    answers
      .filter(({ worker, undecided }) =>
        undecided === null ? true : before.has(worker) && undecided > 0,
      )
      .map(({ worker }) => worker),
  );
}

/** Returns the workers of parcels; the coordinator (0) if it has shards itself. */
async function placesOf(
  pool: pg.Pool,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows = await queryRows<{ id: string; worker: number }>(pool, {
    name: 'workers_of_parcels',
    // Asked each time: Citus has the hash ranges in memory, and a moved shard counts at once.
    // Materialized, since a nested loop would compute the shard once per parcel and placement.
    text: `with located as materialized (
             select id, get_shard_id_for_distribution_column('facts', id) as shardid
             from unnest($1::uuid[]) as i(id))
           select l.id, p.groupid as worker from located l join pg_dist_placement p using (shardid)`,
    values: [ids],
  });
  return new Map(rows.map(({ id, worker }) => [id, worker]));
}

/** Transactions that another hub has just prepared are not in doubt. */
const UNDECIDED = `select count(*) from pg_prepared_xacts
  where database = current_database() and prepared < clock_timestamp() - interval '1 second'`;

async function askWorkers(pool: pg.Pool): Promise<readonly WorkerAnswer[]> {
  const rows = await queryRows<{ worker: number; success: boolean; result: string }>(pool, {
    name: 'ask_workers',
    text: `select n.groupid as worker, r.success, r.result from run_command_on_workers($1) as r
           join pg_dist_node n using (nodename, nodeport)`,
    values: [UNDECIDED],
  });
  return rows.map(({ worker, success, result }) => ({
    worker,
    undecided: success ? Number(result) : null,
  }));
}
