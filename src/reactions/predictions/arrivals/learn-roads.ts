import type { Queryable } from '../../../platform/database/database.ts';
import { runInChildProcess } from '../../../platform/process/child-process.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import {
  calibrationOf,
  type DrivenRide,
  type DriveTime,
  type Dwells,
  type FinishedLeg,
  learnDwells,
  type Ride,
  RoadModel,
  ridesOf,
  roadModelFromJson,
  straightLineOf,
  USUAL_DWELLS,
} from '../../../prediction/index.ts';
import { placesOf } from '../../../tracking/ports/predictions.ts';
import { shipmentsByIds } from '../../../tracking/ports/shipments.ts';
import { judgedArrivals } from './arrivals.sql.ts';
import type { CourierRoutes } from './arriving.ts';

/** What was learned from own couriers' finished routes. */
export interface LearnedRounds {
  readonly roads: RoadModel;
  readonly dwells: Dwells;
  readonly calibrate: (drive: DriveTime) => DriveTime;
}

/** The state before anything was learned: usual times, and windows without calibration. */
export function nothingLearned(): LearnedRounds {
  return { roads: new RoadModel(), dwells: USUAL_DWELLS, calibrate: (drive) => drive };
}

const DAY_MS = 86_400_000;
const LEGS_MAX = 100_000;
const LEARNED_FROM_MS = 90 * DAY_MS;
const CALIBRATED_FROM_MS = 14 * DAY_MS;
/** The minimum number of legs: with fewer, the pace of own drives is chance. */
const LEGS_MIN = 50;

/**
 * Learns drives, times at stops and the calibration of windows from finished routes. The trees are
 * trained by `grow`.
 */
export async function learnRounds(deps: {
  readonly db: Queryable;
  readonly keyring: Keyring;
  readonly routes: Pick<CourierRoutes, 'finishedLegs'>;
  readonly grow: GrowRoads;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}): Promise<LearnedRounds> {
  const { db, nowMs } = deps;
  const raw = await deps.routes.finishedLegs(nowMs - LEARNED_FROM_MS, LEGS_MAX);
  const legs = await placedLegs(deps, raw);
  const judged = await judgedArrivals(
    db,
    raw.filter(({ doneMs }) => doneMs >= nowMs - CALIBRATED_FROM_MS).map((leg) => leg.shipmentId),
  );
  const calibrate = calibrationOf(
    raw.flatMap(({ shipmentId, doneMs }) => {
      const is = judged.get(shipmentId);
      return is === undefined ? [] : [{ ...is, doneMs }];
    }),
  );
  if (legs.length < LEGS_MIN) return { ...nothingLearned(), calibrate };
  const first = ridesOf(legs, USUAL_DWELLS);
  const pace = new RoadModel({ straight: straightLineOf(first) });
  const drives = (roads: RoadModel) => roads.departAll(legs.map(toRide));
  const dwells = learnDwells(legs, drives(pace));
  const roads = await deps.grow(ridesOf(legs, dwells), deps.signal);
  return { roads, dwells: learnDwells(legs, drives(roads)), calibrate };
}

function toRide({ courier, from, to, leftMs }: FinishedLeg): Ride {
  return { courier, from, to, atMs: leftMs, wallMs: leftMs };
}

const BATCH = 2_000;

/**
 * Adds the places of both doors and the kind of the stop; legs with an unknown place are left out.
 */
async function placedLegs(
  { db, keyring }: { readonly db: Queryable; readonly keyring: Keyring },
  raw: Awaited<ReturnType<CourierRoutes['finishedLegs']>>,
): Promise<FinishedLeg[]> {
  const legs: FinishedLeg[] = [];
  for (let first = 0; first < raw.length; first += BATCH) {
    const some = raw.slice(first, first + BATCH);
    const ids = some.flatMap(({ fromShipmentId, shipmentId }) => [fromShipmentId, shipmentId]);
    const places = await placesOf(db, keyring, ids);
    const shipments = await shipmentsByIds(
      db,
      some.map(({ shipmentId }) => shipmentId),
    );
    const proved = new Set(
      shipments.filter(({ requireProof }) => requireProof.length > 0).map(({ id }) => id),
    );
    for (const { courierId, fromShipmentId, shipmentId, leftMs, doneMs, parcels } of some) {
      const [from, to] = [places.get(fromShipmentId), places.get(shipmentId)];
      if (from === undefined || to === undefined) continue;
      const kind = proved.has(shipmentId) ? 'proof' : parcels > 1 ? 'several' : 'one';
      legs.push({ courier: courierId, from, to, leftMs, doneMs, kind });
    }
  }
  return legs;
}

/** Trains a road model on rides in the order of time; ends at once when `signal` is aborted. */
export type GrowRoads = (rides: readonly DrivenRide[], signal: AbortSignal) => Promise<RoadModel>;

/** The task of the child process. */
export interface GrowTask {
  readonly rides: readonly DrivenRide[];
}

/** The minimum number of rides: with fewer, trees know less than the pace by hour does. */
const RIDES_MIN = 500;

/**
 * Trains the model in a process of its own, which gives way to all others: it is half a minute of
 * arithmetic.
 */
export const growRoadsInChildProcess: GrowRoads = async (rides, signal) => {
  if (rides.length < RIDES_MIN) return new RoadModel({ straight: straightLineOf(rides) });
  const file = new URL('./roads-worker.ts', import.meta.url);
  const task: GrowTask = { rides };
  return roadModelFromJson(await runInChildProcess(file, task, { signal }));
};
