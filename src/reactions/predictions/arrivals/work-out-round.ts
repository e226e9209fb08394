import { metresBetween } from '../../../kernel/places/distance.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { FoundPlace } from '../../../platform/geocoding/address.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import {
  type DriveTime,
  type Roads,
  type StopAhead,
  type StopTime,
  stopTimes,
} from '../../../prediction/index.ts';
import { placesOf } from '../../../tracking/ports/predictions.ts';
import { type Shipment, shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import type { NewArrival } from './arrivals.sql.ts';
import type { CourierFix, CourierRoutes, CourierUnderWay } from './arriving.ts';
import type { LearnedRounds } from './learn-roads.ts';

/** The maximum age of a position: an older one says less than the last stop. */
const PLACE_AGE_MS_MAX = 600_000;
/**
 * The maximum age of the last stop. A courier without a position who has handed over nothing for
 * longer may be anywhere.
 */
const STOP_AGE_MS_MAX = 2 * 3_600_000;
/**
 * The maximum age of a position for the distance to a door: a courier who was near before is
 * elsewhere by now.
 */
export const NEAR_AGE_MS_MAX = 120_000;
const STOPS_MAX = 150;
/** Only predictions of at most this many minutes are judged later. */
const JUDGED_MIN = 60;
/** The drive to a stop whose place is unknown. */
const UNKNOWN_LEG: DriveTime = { p10Min: 2, p50Min: 6, p90Min: 15 };

interface Round {
  readonly db: Queryable;
  readonly keyring: Keyring;
  readonly routes: Pick<CourierRoutes, 'ahead'>;
  readonly roads: Roads;
  readonly learned: LearnedRounds;
  readonly courier: CourierUnderWay;
  readonly fix: CourierFix | null;
  readonly nowMs: number;
}

/**
 * Predicts when a courier arrives at each stop of the route; empty if nobody knows where the
 * courier is.
 */
export async function workOutRound(round: Round): Promise<readonly NewArrival[]> {
  const { db, keyring, courier, fix, nowMs } = round;
  const { last, stops: all } = await round.routes.ahead(courier.id, nowMs);
  const stops = all.slice(0, STOPS_MAX);
  const ids = stops.flatMap(({ shipmentIds }) => shipmentIds);
  const places = await placesOf(db, keyring, last === null ? ids : [...ids, last.shipmentId]);
  const start = lastKnownPlace(fix, last, places, nowMs);
  if (start === null) return [];
  const found = await shipmentsByIds(db, ids);
  const shipments = new Map(found.map((each) => [each.id, each]));
  const ahead = await stopsAhead(round, stops, start.place, places, shipments);
  const times = stopTimes(start.atMs, nowMs, ahead, round.learned.calibrate);
  return stops.flatMap(({ shipmentIds }, index) =>
    shipmentIds.flatMap((id) => {
      const time = times[index];
      const isOut = shipments.get(id)?.state.status === 'out_for_delivery';
      if (time === undefined || !isOut) return [];
      const distanceM = distanceTo(places.get(id), fix, nowMs);
      return [{ ...arrivalOf(id, courier, time, index, nowMs), distanceM }];
    }),
  );
}

/**
 * The drive to each stop, from the stop before it, and the time spent there. A stop whose place is
 * unknown gets a usual drive and is left out of the route.
 */
async function stopsAhead(
  { roads, learned, courier: { id, vehicle }, nowMs }: Round,
  stops: Awaited<ReturnType<CourierRoutes['ahead']>>['stops'],
  start: Place,
  places: ReadonlyMap<string, FoundPlace>,
  shipments: ReadonlyMap<string, Shipment>,
): Promise<StopAhead[]> {
  const found = stops.map(
    ({ shipmentIds }) => shipmentIds.map((each) => places.get(each)).find((place) => place) ?? null,
  );
  const route = [start, ...found.flatMap((place) => place ?? [])];
  const drives = [...(await roads.route(route, { courier: id, vehicle, atMs: nowMs }))];
  return stops.map(({ shipmentIds, opensMs }, index) => {
    const needsProof = shipmentIds.some((each) => shipments.get(each)?.requireProof.length);
    const kind = needsProof ? 'proof' : shipmentIds.length > 1 ? 'several' : 'one';
    const drive = found[index] === null ? UNKNOWN_LEG : (drives.shift() ?? UNKNOWN_LEG);
    return { drive, dwell: learned.dwells[kind], opensMs };
  });
}

type Place = Pick<FoundPlace, 'lat' | 'lng'>;

/**
 * The last known place of the courier: a recent position, or the address of the last finished parcel
 * if that is newer or there is no recent position. Null: neither is recent enough.
 */
function lastKnownPlace(
  fix: CourierFix | null,
  last: { readonly shipmentId: string; readonly doneMs: number } | null,
  places: ReadonlyMap<string, FoundPlace>,
  nowMs: number,
): { readonly place: Place; readonly atMs: number } | null {
  const destination = last === null ? undefined : places.get(last.shipmentId);
  const isFresh = fix !== null && nowMs - fix.atMs <= PLACE_AGE_MS_MAX;
  if (isFresh && fix.atMs >= (last?.doneMs ?? 0)) return { place: fix, atMs: fix.atMs };
  if (last === null || destination === undefined || nowMs - last.doneMs > STOP_AGE_MS_MAX)
    return null;
  return { place: destination, atMs: last.doneMs };
}

/**
 * The distance from the courier to the door in a straight line; null unless the position is recent
 * and the door is known at least to the street.
 */
function distanceTo(
  destination: FoundPlace | undefined,
  fix: CourierFix | null,
  nowMs: number,
): number | null {
  if (destination === undefined || fix === null || nowMs - fix.atMs > NEAR_AGE_MS_MAX) return null;
  const isExact = destination.precision === 'rooftop' || destination.precision === 'street';
  return isExact ? metresBetween(destination, fix) : null;
}

function arrivalOf(
  shipmentId: string,
  { id, tenant }: CourierUnderWay,
  { p10Ms, p50Ms, p90Ms, minutes }: StopTime,
  stopsBefore: number,
  nowMs: number,
): Omit<NewArrival, 'distanceM'> {
  const judged = minutes.p50Min <= JUDGED_MIN ? minutes : null;
  return {
    shipmentId,
    tenant,
    courierId: id,
    madeMs: nowMs,
    p10Ms,
    p50Ms,
    p90Ms,
    stopsBefore,
    judged,
  };
}
