import { metresBetween } from '../../../kernel/places/distance.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import {
  type RoadModel,
  type Roads,
  STOPS_SHOWN_MAX,
  shownWindow,
} from '../../../prediction/index.ts';
import { announceTracks } from '../../../tracking/ports/public-tracks.ts';
import { createServing, type ServingDeps } from '../serving/serve.ts';
import {
  backdateArrivals,
  dropArrivalsBefore,
  type NewArrival,
  saveArrivals,
} from './arrivals.sql.ts';
import {
  type ArrivingTermsOf,
  type CourierFix,
  type CourierPlaces,
  type CourierRoutes,
  type CourierUnderWay,
  createArriving,
} from './arriving.ts';
import { type GrowRoads, type LearnedRounds, learnRounds, nothingLearned } from './learn-roads.ts';
import { NEAR_AGE_MS_MAX, workOutRound } from './work-out-round.ts';

interface ArrivalsDeps extends ServingDeps {
  readonly keyring: Keyring;
  readonly routes: CourierRoutes;
  readonly places: CourierPlaces;
  readonly arrivingTerms: ArrivingTermsOf;
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
/**
 * The age at which an arrival is written again even without a change: readers trust one for a
 * quarter of an hour.
 */
const FRESH_MS = 240_000;
/** The maximum number of arrivals in one transaction, for which others wait. */
const SHOWN_AT_ONCE = 50;

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
  const serving = createServing(deps);
  const stopping = new AbortController();
  /** By courier; null: out of contact, so there are no arrivals. */
  const inputs = new Map<string, ArrivalInputs | null>();
  const announced = new Map<string, { readonly key: string; readonly madeMs: number }>();
  const announceArriving = createArriving({ tracking, termsOf: deps.arrivingTerms });
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
        if (isLost) await withdrawArrivals(courier.id, nowMs);
        else await publishArrivals(await workOutRound(round), nowMs);
      } catch (err) {
        // What is not withdrawn yet is shown, so the next pass tries again.
        if (isLost) inputs.delete(courier.id);
        log.warn({ err, courier_id: courier.id }, 'arrivals could not be worked out');
      }
    }
  }

  /** Withdraws the arrivals of a courier: nobody knows any more when. */
  async function withdrawArrivals(courierId: string, nowMs: number): Promise<void> {
    const { stops } = await routes.ahead(courierId, nowMs);
    const ids = stops.flatMap(({ shipmentIds }) => shipmentIds);
    await backdateArrivals(pipeline, ids, nowMs - DAY_MS);
    for (const id of ids) announced.delete(id);
    await serveAll(ids);
  }

  /** Stores arrivals, and announces those whose visible part has changed. */
  async function publishArrivals(made: readonly NewArrival[], nowMs: number): Promise<void> {
    const changed = made.filter(
      (each) => announced.get(each.shipmentId)?.key !== keyOf(each, nowMs),
    );
    const isOld = ({ shipmentId }: NewArrival) =>
      nowMs - (announced.get(shipmentId)?.madeMs ?? 0) >= FRESH_MS;
    await saveArrivals(
      pipeline,
      made.filter((each) => changed.includes(each) || isOld(each)),
    );
    await serveAll(changed.map(({ shipmentId }) => shipmentId));
    for (const each of made) {
      if (!changed.includes(each) && !isOld(each)) continue;
      announced.set(each.shipmentId, { key: keyOf(each, nowMs), madeMs: nowMs });
    }
    // This follows the windows, so that readers of the event get the newest ones; then the page
    // shows it, too.
    const arriving = await announceArriving(made, nowMs);
    if (arriving.length > 0) await serving.serve(arriving);
  }

  async function serveAll(ids: readonly string[]): Promise<void> {
    for (let first = 0; first < ids.length; first += SHOWN_AT_ONCE) {
      const some = ids.slice(first, first + SHOWN_AT_ONCE);
      await serving.serve(some);
      // A window that becomes narrower is no event: only this call updates open pages.
      await announceTracks(pipeline, some);
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
    for (const [id, { madeMs }] of announced) if (nowMs - madeMs > DAY_MS) announced.delete(id);
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

/** A key of the visible part of an arrival. */
function keyOf(arrival: NewArrival, nowMs: number): string {
  const { fromMs, toMs } = shownWindow(arrival, nowMs);
  return [fromMs, toMs, Math.min(arrival.stopsBefore, STOPS_SHOWN_MAX + 1)].join();
}
