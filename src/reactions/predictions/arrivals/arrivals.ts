import { metresBetween } from '../../../kernel/places/great-circle.ts';
import type { FoundPlace } from '../../../platform/geocoding/address.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import { startLoop } from '../../../platform/work/loop.ts';
import {
  type DriveTime,
  type RoadModel,
  type Roads,
  STOPS_TOLD_MAX,
  type StopAhead,
  type StopTime,
  stopTimes,
  toldWindow,
} from '../../../prediction/index.ts';
import { placesOf, type Shipment, shardOf, shipmentsByIds } from '../../../tracking/index.ts';
import { createServing, type ServingDeps } from '../serving/serve.ts';
import { dropArrivalsBefore, type NewArrival, saveArrivals } from './arrivals.sql.ts';
import { type LearnedRounds, learnRounds, nothingLearned } from './learn-roads.ts';
import type { CourierFix, CourierPlaces, CourierRoutes, CourierUnderWay } from './ports.ts';
import type { GrowRoads } from './roads-in-child-process.ts';

export interface ArrivalsDeps extends ServingDeps {
  readonly keyring: Keyring;
  readonly routes: CourierRoutes;
  readonly places: CourierPlaces;
  /** Travel times; `trips` is what own rounds have taught by then. */
  readonly openRoads: (trips: () => RoadModel) => Roads;
  readonly grow: GrowRoads;
  readonly log: Logger;
}

export interface Arrivals {
  /** Works out what is due now. */
  look(): Promise<void>;
  /** Learns from rounds that are over. */
  learn(): Promise<void>;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 5_000;
const LEARN_EVERY_MS = 6 * 3_600_000;
const DAY_MS = 86_400_000;
const KEPT_MS = 30 * DAY_MS;
/** A move worth working out anew. */
const MOVED_M = 100;
const MOVED_MS = 30_000;
/** Also of a courier who stands: time goes by. */
const STANDS_MS = 120_000;
/** A place that is older says less than the last stop. */
const PLACE_AGE_MS_MAX = 600_000;
/** Who has not handed over anything for so long, and sends no places, may be anywhere. */
const STOP_AGE_MS_MAX = 2 * 3_600_000;
/** Written anew although nothing else is told: who reads it believes it for a quarter of an hour. */
const FRESH_MS = 240_000;
const STOPS_MAX = 150;
/** Judged by what is said when there is less to go than this. */
const JUDGED_MIN = 60;
/** To a stop of which nobody knows where it is. */
const UNKNOWN_LEG: DriveTime = { p10Min: 2, p50Min: 6, p90Min: 15 };

/** What was known of a courier when the stops were worked out. */
interface Seen {
  readonly madeMs: number;
  readonly fix: CourierFix | null;
  readonly held: number;
  readonly lastDoneMs: number | null;
}

/** Works out when own couriers come to each door, as they move, for as long as it runs. */
export function startArrivals(deps: ArrivalsDeps): Arrivals {
  const { tracking, log, keyring, routes } = deps;
  const { pipeline } = tracking.db;
  const serving = createServing(deps);
  const stopping = new AbortController();
  const seen = new Map<string, Seen>();
  const told = new Map<string, { readonly key: string; readonly madeMs: number }>();
  let learned: LearnedRounds = nothingLearned();
  const roads = deps.openRoads(() => learned.roads);

  async function look(): Promise<void> {
    const nowMs = tracking.clock.nowMs();
    const couriers = await routes.onRoute(nowMs);
    const fixes = await deps.places(couriers.map(({ id }) => id));
    const byCourier = new Map(fixes.map((fix) => [fix.courierId, fix]));
    for (const id of seen.keys()) if (!couriers.some((each) => each.id === id)) seen.delete(id);
    for (const courier of couriers) {
      if (stopping.signal.aborted) return;
      const fix = byCourier.get(courier.id) ?? null;
      if (!isDue(seen.get(courier.id), courier, fix, nowMs)) continue;
      const { held, lastDoneMs } = courier;
      seen.set(courier.id, { madeMs: nowMs, fix, held, lastDoneMs });
      try {
        await workOut(courier, fix, nowMs);
      } catch (err) {
        log.warn({ err, courier_id: courier.id }, 'arrivals could not be worked out');
      }
    }
  }

  async function workOut(
    courier: CourierUnderWay,
    fix: CourierFix | null,
    nowMs: number,
  ): Promise<void> {
    const { last, stops: all } = await routes.ahead(courier.id, nowMs);
    const stops = all.slice(0, STOPS_MAX);
    const ids = stops.flatMap(({ shipmentIds }) => shipmentIds);
    const places = await placesOf(
      pipeline,
      keyring,
      last === null ? ids : [...ids, last.shipmentId],
    );
    const start = startOf(fix, last, places, nowMs);
    if (start === null) return;
    const shipments = new Map((await shipmentsByIds(pipeline, ids)).map((each) => [each.id, each]));
    const ahead = await stopsAhead(stops, start.place, places, shipments, courier, nowMs);
    const times = stopTimes(start.atMs, nowMs, ahead, learned.calibrate);
    const made = stops.flatMap(({ shipmentIds }, nr) =>
      shipmentIds.flatMap((id) => {
        const [time, shipment] = [times[nr], shipments.get(id)];
        const isOut = shipment?.state.status === 'out_for_delivery';
        return time === undefined || !isOut ? [] : [arrivalOf(id, courier, time, nr, nowMs)];
      }),
    );
    await tell(made, shipments, nowMs);
  }

  async function stopsAhead(
    stops: Awaited<ReturnType<CourierRoutes['ahead']>>['stops'],
    start: Place,
    places: ReadonlyMap<string, FoundPlace>,
    shipments: ReadonlyMap<string, Shipment>,
    { id, vehicle }: CourierUnderWay,
    nowMs: number,
  ): Promise<StopAhead[]> {
    const found = stops.map(
      ({ shipmentIds }) => shipmentIds.map((each) => places.get(each)).find((is) => is) ?? null,
    );
    const departure = { courier: id, vehicle, atMs: nowMs };
    const way = [start, ...found.flatMap((place) => place ?? [])];
    const drives = [...(await roads.route(way, departure))];
    return stops.map(({ shipmentIds, opensMs }, nr) => {
      const needsProof = shipmentIds.some((each) => shipments.get(each)?.requireProof.length);
      const kind = needsProof ? 'proof' : shipmentIds.length > 1 ? 'several' : 'one';
      const drive = found[nr] === null ? UNKNOWN_LEG : (drives.shift() ?? UNKNOWN_LEG);
      return { drive, dwell: learned.dwells[kind], opensMs };
    });
  }

  /** Keeps them, and shows those of which something else is told now. */
  async function tell(
    made: readonly NewArrival[],
    shipments: ReadonlyMap<string, Shipment>,
    nowMs: number,
  ): Promise<void> {
    const changed = made.filter((each) => told.get(each.shipmentId)?.key !== keyOf(each, nowMs));
    const isOld = ({ shipmentId }: NewArrival) =>
      nowMs - (told.get(shipmentId)?.madeMs ?? 0) >= FRESH_MS;
    await saveArrivals(
      pipeline,
      made.filter((each) => changed.includes(each) || isOld(each)),
    );
    const byShard = new Map<number, string[]>();
    for (const { shipmentId } of changed) {
      const shipment = shipments.get(shipmentId);
      if (shipment === undefined) continue;
      const shard = shardOf(shipment.carrier, shipment.trackingNumber);
      byShard.set(shard, [...(byShard.get(shard) ?? []), shipmentId]);
    }
    for (const [shard, ids] of byShard) await serving.serve(shard, ids);
    for (const each of made) {
      if (!changed.includes(each) && !isOld(each)) continue;
      told.set(each.shipmentId, { key: keyOf(each, nowMs), madeMs: nowMs });
    }
  }

  async function learn(): Promise<void> {
    const nowMs = tracking.clock.nowMs();
    const db = pipeline;
    learned = await learnRounds({
      ...{ db, keyring, routes, nowMs },
      ...{ grow: deps.grow, signal: stopping.signal },
    });
    await dropArrivalsBefore(pipeline, nowMs - KEPT_MS);
    for (const [id, { madeMs }] of told) if (nowMs - madeMs > DAY_MS) told.delete(id);
  }

  const looking = startLoop({
    look,
    everyMs: LOOK_EVERY_MS,
    onFailure: (err) => log.warn({ err }, 'arrivals could not be worked out'),
  });
  const learning = startLoop({
    look: learn,
    everyMs: LEARN_EVERY_MS,
    onFailure: (err) => {
      if (!stopping.signal.aborted) log.warn({ err }, 'drives could not be learned from');
    },
  });
  return {
    look: () => looking.now(),
    learn: () => learning.now(),
    async stop() {
      stopping.abort(new Error('stopping'));
      await looking.stop();
      await learning.stop();
    },
  };
}

type Place = Pick<FoundPlace, 'lat' | 'lng'>;

function isDue(
  before: Seen | undefined,
  { held, lastDoneMs }: CourierUnderWay,
  fix: CourierFix | null,
  nowMs: number,
): boolean {
  if (before === undefined || before.held !== held || before.lastDoneMs !== lastDoneMs) return true;
  const sinceMs = nowMs - before.madeMs;
  if (sinceMs >= STANDS_MS) return true;
  if (fix === null || before.fix === null) return fix !== before.fix;
  if (fix.atMs <= before.fix.atMs) return false;
  return sinceMs >= MOVED_MS || metresBetween(fix, before.fix) >= MOVED_M;
}

/** Where the courier is known to have been last: a position, or the door of the last parcel. */
function startOf(
  fix: CourierFix | null,
  last: { readonly shipmentId: string; readonly doneMs: number } | null,
  places: ReadonlyMap<string, FoundPlace>,
  nowMs: number,
): { readonly place: Place; readonly atMs: number } | null {
  const door = last === null ? undefined : places.get(last.shipmentId);
  const isFresh = fix !== null && nowMs - fix.atMs <= PLACE_AGE_MS_MAX;
  if (isFresh && fix.atMs >= (last?.doneMs ?? 0)) return { place: fix, atMs: fix.atMs };
  if (last === null || door === undefined || nowMs - last.doneMs > STOP_AGE_MS_MAX) return null;
  return { place: door, atMs: last.doneMs };
}

function arrivalOf(
  shipmentId: string,
  { id, tenant }: CourierUnderWay,
  { p10Ms, p50Ms, p90Ms, minutes }: StopTime,
  stopsBefore: number,
  nowMs: number,
): NewArrival {
  const judged = minutes.p50Min <= JUDGED_MIN ? minutes : null;
  return {
    ...{ shipmentId, tenant, courierId: id, madeMs: nowMs },
    ...{ p10Ms, p50Ms, p90Ms, stopsBefore, judged },
  };
}

/** What a reader would see of it. */
function keyOf(arrival: NewArrival, nowMs: number): string {
  const { fromMs, toMs } = toldWindow(arrival, nowMs);
  return [fromMs, toMs, Math.min(arrival.stopsBefore, STOPS_TOLD_MAX + 1)].join();
}
