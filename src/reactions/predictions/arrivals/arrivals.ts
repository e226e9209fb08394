import { metresBetween } from '../../../kernel/places/distance.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import type { RoadModel, Roads } from '../../../prediction/index.ts';
import { dropArrivalsBefore } from './arrivals.sql.ts';
import type { CourierFix, CourierPlaces, CourierUnderWay } from './arriving.ts';
import { type GrowRoads, type LearnedRounds, learnRounds, nothingLearned } from './learn-roads.ts';
import { type ArrivalPublisherDeps, createArrivalPublisher } from './publish-arrivals.ts';
import { NEAR_AGE_MS_MAX, workOutRound } from './work-out-round.ts';

interface ArrivalsDeps extends ArrivalPublisherDeps {
  readonly keyring: Keyring;
  readonly places: CourierPlaces;
  /**
   * Subscribes to couriers' moves; returns how to unsubscribe. Absent: only checks at intervals.
   */
  readonly onMoved?: (listener: () => void) => () => void;
  /** Travel times; `trips` is the model learned from own routes so far. */
  readonly openRoads: (trips: () => RoadModel) => Roads;
  readonly grow: GrowRoads;
  readonly log: Logger;
}

interface Arrivals {
  /** Computes the arrivals due now. */
  update(): Promise<void>;
  /** Learns from finished routes. */
  learn(): Promise<void>;
  stop(): Promise<void>;
}

const CHECK_EVERY_MS = 5_000;
/**
 * The minimum time between two passes: each reads all couriers who are on the road, however often
 * they move.
 */
const PASSES_APART_MS = 1_000;
const LEARN_EVERY_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;
const RETENTION_MS = 30 * DAY_MS;
/** The distance from which a move is worth a new computation. */
const MOVED_M = 100;
const MOVING_RECHECK_MS = 30_000;
/**
 * The interval at which arrivals are computed again for a courier who stands still, because time
 * passes.
 */
const STANDING_RECHECK_MS = 120_000;

/** The courier's data with which the stops were computed. */
interface ArrivalInputs {
  readonly madeMs: number;
  readonly fix: CourierFix | null;
  readonly held: number;
  readonly lastDoneMs: number | null;
}

/** Computes when own couriers arrive at each door, as they move, until it is stopped. */
export function startArrivals(deps: ArrivalsDeps): Arrivals {
  const { tracking, log, keyring, routes } = deps;
  const { pipeline } = tracking.db;
  const publisher = createArrivalPublisher(deps);
  const stopping = new AbortController();
  /** By courier; null: out of contact, so there are no arrivals. */
  const inputs = new Map<string, ArrivalInputs | null>();
  let learned: LearnedRounds = nothingLearned();
  const roads = deps.openRoads(() => learned.roads);

  async function update(): Promise<void> {
    const nowMs = tracking.clock.nowMs();
    const couriers = await routes.onRoute(nowMs);
    const fixes = await deps.places(couriers.map(({ id }) => id));
    const byCourier = new Map(fixes.map((fix) => [fix.courierId, fix]));
    for (const id of inputs.keys()) if (!couriers.some((each) => each.id === id)) inputs.delete(id);
    for (const courier of couriers) {
      if (stopping.signal.aborted) return;
      const fix = byCourier.get(courier.id) ?? null;
      const before = inputs.get(courier.id);
      const isLost = courier.isOutOfContact && nowMs - (fix?.atMs ?? 0) > NEAR_AGE_MS_MAX;
      if (isLost ? before === null : !isDue(before ?? undefined, courier, fix, nowMs)) continue;
      const { held, lastDoneMs } = courier;
      inputs.set(courier.id, isLost ? null : { madeMs: nowMs, fix, held, lastDoneMs });
      try {
        const round = { db: pipeline, keyring, routes, roads, learned, courier, fix, nowMs };
        if (isLost) await publisher.withdraw(courier.id, nowMs);
        else await publisher.publish(await workOutRound(round), nowMs);
      } catch (err) {
        // What is not withdrawn yet is shown, so the next pass tries again.
        if (isLost) inputs.delete(courier.id);
        log.warn({ err, courier_id: courier.id }, 'arrivals could not be worked out');
      }
    }
  }

  async function learn(): Promise<void> {
    const nowMs = tracking.clock.nowMs();
    const db = pipeline;
    learned = await learnRounds({
      db,
      keyring,
      routes,
      nowMs,
      grow: deps.grow,
      signal: stopping.signal,
    });
    await dropArrivalsBefore(pipeline, nowMs - RETENTION_MS);
    publisher.forgetBefore(nowMs - DAY_MS);
  }

  const updating = startLoop({
    run: update,
    everyMs: CHECK_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'arrivals could not be worked out'),
  });
  const unsubscribe = deps.onMoved?.(() => updating.wake(PASSES_APART_MS));
  const learning = startLoop({
    run: learn,
    everyMs: LEARN_EVERY_MS,
    onFailure: (err) => {
      if (!stopping.signal.aborted) log.warn({ err }, 'drives could not be learned from');
    },
  });
  return {
    update: () => updating.now(),
    learn: () => learning.now(),
    async stop() {
      stopping.abort(new Error('stopping'));
      unsubscribe?.();
      await updating.stop();
      await learning.stop();
    },
  };
}

/**
 * Whether the courier's arrivals must be computed again: the number of parcels on board or the last
 * stop has changed, or the courier has moved, or enough time has passed.
 */
function isDue(
  before: ArrivalInputs | undefined,
  { held, lastDoneMs }: CourierUnderWay,
  fix: CourierFix | null,
  nowMs: number,
): boolean {
  if (before === undefined || before.held !== held || before.lastDoneMs !== lastDoneMs) return true;
  const sinceMs = nowMs - before.madeMs;
  if (sinceMs >= STANDING_RECHECK_MS) return true;
  if (fix === null || before.fix === null) return fix !== before.fix;
  if (fix.atMs <= before.fix.atMs) return false;
  return sinceMs >= MOVING_RECHECK_MS || metresBetween(fix, before.fix) >= MOVED_M;
}
