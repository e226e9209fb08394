import { z } from 'zod';
import type { RoadPoint } from '../road/ride/ride.ts';
import type { RoadVehicle } from '../road/roads.ts';
import {
  answer,
  askEngine,
  concatenated,
  type EngineAddress,
  type EngineAnswer,
  type EngineDrive,
  type RoadEngine,
  toEngineDrive,
} from './road-engine.ts';

/** The available profiles depend on its configuration; these are the ones in its documentation. */
const PROFILES: Readonly<Record<RoadVehicle, string>> = {
  foot: 'foot',
  bike: 'bike',
  scooter: 'car',
  car: 'car',
  van: 'car',
};

/** The open edition has no matrix, and each pair is a request: more than these take too long. */
const PAIRS_MAX = 400;
const AT_ONCE = 8;

/** Metres and milliseconds. */
const path = z.object({ distance: z.number(), time: z.number() });
const paths = z.object({ paths: z.tuple([path], path) });

/** "Connection between locations not found" and "Cannot find point" are answered with 400. */
const NO_ROAD = /ConnectionNotFound|PointNotFound|PointOutOfBounds/;
const noRoad = {
  noRoad: (status: number, body: unknown) => status === 400 && NO_ROAD.test(JSON.stringify(body)),
};

/** GraphHopper, `/route` (docs.graphhopper.com). */
export function graphhopperEngine(at: EngineAddress): RoadEngine {
  type Pair = readonly [from: RoadPoint, to: RoadPoint];

  async function drive(
    [from, to]: Pair,
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (EngineDrive | null)[]>> {
    const points = [from, to].map(({ lat, lng }) => `point=${lat.toFixed(6)},${lng.toFixed(6)}`);
    const query = [
      ...points,
      `profile=${PROFILES[vehicle]}`,
      'calc_points=false',
      'instructions=false',
    ].join('&');
    const reply = await askEngine(at, { method: 'GET', path: `/route?${query}` }, paths, noRoad);
    if (reply.kind === 'failed') return reply;
    const [found] = reply.value?.paths ?? [];
    return answer([found === undefined ? null : toEngineDrive(found.time / 1_000, found.distance)]);
  }

  async function drives(
    pairs: readonly Pair[],
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (EngineDrive | null)[]>> {
    if (pairs.length > PAIRS_MAX) {
      const detail = `${pairs.length} pairs; at most ${PAIRS_MAX} are asked for one by one`;
      return { kind: 'failed', reason: 'too_large', detail };
    }
    const found: EngineAnswer<readonly (EngineDrive | null)[]>[] = [];
    for (let first = 0; first < pairs.length; first += AT_ONCE) {
      const some = pairs.slice(first, first + AT_ONCE);
      const reply = await Promise.all(some.map((pair) => drive(pair, vehicle)));
      found.push(...reply);
      if (reply.some(({ kind }) => kind === 'failed')) break;
    }
    return concatenated(found);
  }

  return {
    route: (places, vehicle) =>
      drives(
        places.slice(1).map((to, index): Pair => [places[index] ?? to, to]),
        vehicle,
      ),
    async matrix(from, to, vehicle) {
      const pairs = from.flatMap((start) => to.map((end): Pair => [start, end]));
      const reply = await drives(pairs, vehicle);
      if (reply.kind === 'failed') return reply;
      return answer(
        from.map((_, row) => reply.value.slice(row * to.length, (row + 1) * to.length)),
      );
    },
  };
}
