import { z } from 'zod';
import type { RoadPoint } from '../road/ride/ride.ts';
import type { RoadVehicle } from '../road/roads.ts';
import { askEngine, type EngineAddress } from './ask-engine.ts';
import {
  answer,
  driveOf,
  type EngineAnswer,
  type EngineDrive,
  joined,
  type RoadEngine,
} from './road-engine.ts';

/** The profile's name is free; these are the ones in OSRM's documentation. */
const PROFILES: Readonly<Record<RoadVehicle, string>> = {
  foot: 'foot',
  bike: 'bike',
  scooter: 'driving',
  car: 'driving',
  van: 'driving',
};

const leg = z.object({ duration: z.number(), distance: z.number() });
const routes = z.object({
  routes: z.array(z.object({ legs: z.array(leg) })).min(1),
});
const cells = z.array(z.array(z.number().nullable()));
const table = z.object({ durations: cells, distances: cells.optional() });

const noRoad = {
  noRoad: (_: number, body: unknown) => noRoadBody.safeParse(body).success,
};
const noRoadBody = z.object({ code: z.enum(['NoRoute', 'NoSegment', 'NoTable']) });

/** OSRM, `/route/v1` and `/table/v1` (project-osrm.org, HTTP API v5). */
export function osrmEngine(at: EngineAddress): RoadEngine {
  async function route(
    places: readonly RoadPoint[],
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (EngineDrive | null)[]>> {
    const legs = places.length - 1;
    if (legs < 1) return answer([]);
    const path = `/route/v1/${PROFILES[vehicle]}/${listed(places)}?overview=false&steps=false`;
    const said = await askEngine(at, { method: 'GET', path }, routes, noRoad);
    if (said.kind === 'failed') return said;
    if (said.value !== null) {
      return answer(
        (said.value.routes[0]?.legs ?? []).map((each) => driveOf(each.duration, each.distance)),
      );
    }
    if (legs === 1) return answer([null]);
    // One leg without a road hides all others: query each half separately.
    const half = Math.ceil(legs / 2);
    return joined([
      await route(places.slice(0, half + 1), vehicle),
      await route(places.slice(half), vehicle),
    ]);
  }

  return {
    route,
    async matrix(from, to, vehicle) {
      if (from.length === 0 || to.length === 0) return answer(from.map(() => []));
      const numbers = (count: number, first: number) =>
        Array.from({ length: count }, (_, nr) => nr + first).join(';');
      const query =
        `sources=${numbers(from.length, 0)}&destinations=${numbers(to.length, from.length)}` +
        '&annotations=duration,distance';
      const path = `/table/v1/${PROFILES[vehicle]}/${listed([...from, ...to])}?${query}`;
      const said = await askEngine(at, { method: 'GET', path }, table, noRoad);
      if (said.kind === 'failed') return said;
      return answer(
        from.map((_, row) =>
          to.map((__, column) =>
            driveOf(said.value?.durations[row]?.[column], said.value?.distances?.[row]?.[column]),
          ),
        ),
      );
    },
  };
}

function listed(places: readonly RoadPoint[]): string {
  return places.map(({ lat, lng }) => `${lng.toFixed(6)},${lat.toFixed(6)}`).join(';');
}
