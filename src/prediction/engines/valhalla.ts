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

const COSTINGS: Readonly<Record<RoadVehicle, string>> = {
  foot: 'pedestrian',
  bike: 'bicycle',
  scooter: 'motor_scooter',
  car: 'auto',
  van: 'auto',
};

/** `service_limits.auto.max_locations` in the default configuration. */
const PLACES_MAX = 20;
/** `service_limits.auto.max_matrix_location_pairs` of the same. */
const PAIRS_MAX = 2_500;

/** Kilometres and seconds. */
const summary = z.object({ time: z.number(), length: z.number() });
const trip = z.object({ trip: z.object({ legs: z.array(z.object({ summary })) }) });
const cell = z.object({ time: z.number().nullable(), distance: z.number().nullable() });
const matrixAnswer = z.object({ sources_to_targets: z.array(z.array(cell)) });

/**
 * No path (442), places in disconnected parts of the network (170), no street nearby (171): see
 * "Error codes" in Valhalla's documentation.
 */
const NO_ROAD: ReadonlySet<unknown> = new Set([170, 171, 441, 442]);
const errorBody = z.object({ error_code: z.number() });
const noRoad = {
  noRoad: (status: number, body: unknown) =>
    status >= 400 && NO_ROAD.has(errorBody.safeParse(body).data?.error_code),
};

/** Valhalla, `/route` and `/sources_to_targets` (valhalla.github.io). */
export function valhallaEngine(at: EngineAddress): RoadEngine {
  async function route(
    places: readonly RoadPoint[],
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (EngineDrive | null)[]>> {
    const legs = places.length - 1;
    if (legs < 1) return answer([]);
    if (places.length > PLACES_MAX) return inParts(places, PLACES_MAX - 1, vehicle);
    const body = JSON.stringify({
      locations: places.map(toLocation),
      costing: COSTINGS[vehicle],
      directions_type: 'none',
    });
    const reply = await askEngine(at, { method: 'POST', path: '/route', body }, trip, noRoad);
    if (reply.kind === 'failed') return reply;
    if (reply.value !== null) {
      return answer(
        reply.value.trip.legs.map(({ summary: { time, length } }) =>
          toEngineDrive(time, length * 1_000),
        ),
      );
    }
    // One unroutable leg fails the whole request, so query each half separately.
    return legs === 1 ? answer([null]) : inParts(places, Math.ceil(legs / 2), vehicle);
  }

  async function inParts(
    places: readonly RoadPoint[],
    legs: number,
    vehicle: RoadVehicle,
  ): Promise<EngineAnswer<readonly (EngineDrive | null)[]>> {
    const parts: EngineAnswer<readonly (EngineDrive | null)[]>[] = [];
    for (let first = 0; first < places.length - 1; first += legs) {
      parts.push(await route(places.slice(first, first + legs + 1), vehicle));
    }
    return concatenated(parts);
  }

  return {
    route,
    async matrix(from, to, vehicle) {
      if (from.length === 0 || to.length === 0) return answer(from.map(() => []));
      const rows = Math.max(1, Math.floor(PAIRS_MAX / to.length));
      const parts: EngineAnswer<readonly (readonly (EngineDrive | null)[])[]>[] = [];
      for (let first = 0; first < from.length; first += rows) {
        const some = from.slice(first, first + rows);
        const body = JSON.stringify({
          sources: some.map(toLocation),
          targets: to.map(toLocation),
          costing: COSTINGS[vehicle],
        });
        const path = '/sources_to_targets';
        const reply = await askEngine(at, { method: 'POST', path, body }, matrixAnswer, noRoad);
        if (reply.kind === 'failed') return reply;
        parts.push(
          answer(some.map((_, row) => to.map((__, index) => driveOfCell(reply.value, row, index)))),
        );
      }
      return concatenated(parts);
    },
  };
}

function driveOfCell(
  reply: z.output<typeof matrixAnswer> | null,
  row: number,
  column: number,
): EngineDrive | null {
  const found = reply?.sources_to_targets[row]?.[column];
  return toEngineDrive(found?.time, found?.distance == null ? null : found.distance * 1_000);
}

function toLocation({ lat, lng }: RoadPoint): { lat: number; lon: number } {
  return { lat, lon: lng };
}
