import { setTimeout as sleep } from 'node:timers/promises';
import { FACILITY_LOCK_CLASS, learnFromParcels, tidyFacilities } from '../../intake/index.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import { withAdvisoryLocks } from '../../platform/database/advisory-lock.ts';
import { type Database, withTransaction } from '../../platform/database/database.ts';
import { advanceCursor, readCursor, shardsBehind } from '../../platform/event-log/event-log.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { startLoop } from '../../platform/work/loop.ts';
import { logHeads, placesPassed } from './places-passed.sql.ts';

/**
 * Learns facilities from ended parcels in the background: at intervals one process reads on in the
 * log with a cursor of its own and considers, once for each ended parcel, the places it passed. The
 * cost grows with parcels rather than scans. It pauses while requests or recordings wait, and after
 * a crash it continues at its cursor.
 */
export interface FacilityLearning {
  /**
   * Reads to the end of the log now. Resolves with the number of parcels from which something was
   * learned.
   */
  run(): Promise<number>;
  stop(): Promise<void>;
}

interface FacilityLearningDeps {
  readonly db: Pick<Database, 'pipeline'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  /** The interval; null means only when `run` is called. */
  readonly everyMs?: number | null;
  /** Whether the hub is too busy with other work; by default it never is. */
  readonly givesWay?: () => boolean;
  /** The pause between two batches; 0 means none. */
  readonly pauseMs?: number;
}

const CONSUMER = 'facilities';
const LEARNING_KEY = 2;
/** The default interval: no user waits for a facility to become known. */
const EVERY_MS = 60_000;
/** Log entries per transaction: about a hundred parcels and 20 ms. */
const ENTRIES_AT_ONCE = 1_000;
/**
 * The default pause: a long backlog (a first start on an old log) is read without starving other
 * work.
 */
const PAUSE_MS = 50;
const TIDY_BATCH = 1_000;

/**
 * Starts learning facilities from parcels that have ended, in one process at a time, until it is
 * stopped. It pauses while people wait for other work.
 */
export function startFacilityLearning(deps: FacilityLearningDeps): FacilityLearning {
  const { db, log } = deps;

  const isEnding = () => loop.stopping || deps.givesWay?.() === true;

  async function run(): Promise<number> {
    if (deps.givesWay?.() === true) return 0;
    const lock = { lockClass: FACILITY_LOCK_CLASS, keys: [LEARNING_KEY] };
    const learned = await withAdvisoryLocks(db.pipeline, lock, async () => {
      let parcels = 0;
      for (const shard of await shardsBehind(db.pipeline, CONSUMER)) {
        parcels += await readShard(deps, shard, isEnding);
        if (isEnding()) break;
      }
      await tidyFacilities(db.pipeline, deps.clock.nowMs(), TIDY_BATCH);
      return parcels;
    });
    return learned ?? 0;
  }

  const loop = startLoop({
    run: run,
    everyMs: deps.everyMs === undefined ? EVERY_MS : deps.everyMs,
    onFailure: (err) => log.warn({ err }, 'learning facilities will continue later'),
  });
  return { run, stop: () => loop.stop() };
}

/** Reads a shard's log from the cursor to its end; returns how many parcels ended in it. */
async function readShard(
  deps: FacilityLearningDeps,
  shard: number,
  isStopping: () => boolean,
): Promise<number> {
  let parcels = 0;
  while (!isStopping()) {
    const step = await readBatch(deps, shard);
    parcels += step.parcels;
    if (!step.more) break;
    if (deps.pauseMs !== 0) await sleep(deps.pauseMs ?? PAUSE_MS);
  }
  return parcels;
}

/**
 * Learns from the parcels that ended in the next entries of a shard's log, and advances its cursor.
 * `more`: there may be more entries.
 */
async function readBatch(
  { db, clock, randomBytes, log }: FacilityLearningDeps,
  shard: number,
): Promise<{ parcels: number; more: boolean }> {
  const position = await readCursor(db.pipeline, CONSUMER, shard);
  const heads = await logHeads(db.pipeline, shard, position, ENTRIES_AT_ONCE);
  const last = heads.at(-1);
  if (last === undefined) return { parcels: 0, more: false };
  const ended = new Set(heads.flatMap(({ ended, shipmentId }) => (ended ? [shipmentId] : [])));
  const places = await placesPassed(db.pipeline, [...ended]);
  await withTransaction(db.pipeline, async (tx) => {
    const learned = await learnFromParcels(tx, places, { nowMs: clock.nowMs(), randomBytes });
    await advanceCursor(tx, CONSUMER, shard, last.position);
    if (learned.written + learned.withdrawn > 0) log.info(learned, 'facilities were learned');
  });
  return { parcels: ended.size, more: heads.length === ENTRIES_AT_ONCE };
}
