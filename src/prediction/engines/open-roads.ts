import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { entriesMax } from '../../kernel/entries-max.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HttpClient } from '../../platform/net/http-client.ts';
import type { RoadServer } from '../../platform/settings/map-servers.ts';
import type { RoadPoint } from '../road/ride/ride.ts';
import {
  type Departure,
  type Drive,
  learnedRoads,
  type OwnTrips,
  type Roads,
  type RoadVehicle,
} from '../road/roads.ts';
import { graphhopperEngine } from './graphhopper.ts';
import {
  answer,
  askEngine,
  concatenated,
  type EngineAddress,
  type EngineAnswer,
  type EngineDrive,
  type EngineFailure,
  type RoadEngine,
  toEngineDrive,
} from './road-engine.ts';

import { valhallaEngine } from './valhalla.ts';

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
    const path = `/route/v1/${PROFILES[vehicle]}/${coordinatesText(places)}?overview=false&steps=false`;
    const reply = await askEngine(at, { method: 'GET', path }, routes, noRoad);
    if (reply.kind === 'failed') return reply;
    if (reply.value !== null) {
      return answer(
        (reply.value.routes[0]?.legs ?? []).map((each) =>
          toEngineDrive(each.duration, each.distance),
        ),
      );
    }
    if (legs === 1) return answer([null]);
    // One unroutable leg fails the whole request, so query each half separately.
    const half = Math.ceil(legs / 2);
    return concatenated([
      await route(places.slice(0, half + 1), vehicle),
      await route(places.slice(half), vehicle),
    ]);
  }

  return {
    route,
    async matrix(from, to, vehicle) {
      if (from.length === 0 || to.length === 0) return answer(from.map(() => []));
      const numbers = (count: number, first: number) =>
        Array.from({ length: count }, (_, index) => index + first).join(';');
      const query =
        `sources=${numbers(from.length, 0)}&destinations=${numbers(to.length, from.length)}` +
        '&annotations=duration,distance';
      const path = `/table/v1/${PROFILES[vehicle]}/${coordinatesText([...from, ...to])}?${query}`;
      const reply = await askEngine(at, { method: 'GET', path }, table, noRoad);
      if (reply.kind === 'failed') return reply;
      return answer(
        from.map((_, row) =>
          to.map((__, column) =>
            toEngineDrive(
              reply.value?.durations[row]?.[column],
              reply.value?.distances?.[row]?.[column],
            ),
          ),
        ),
      );
    },
  };
}

function coordinatesText(places: readonly RoadPoint[]): string {
  return places.map(({ lat, lng }) => `${lng.toFixed(6)},${lat.toFixed(6)}`).join(';');
}

const ENGINES: Readonly<Record<RoadServer['engine'], (at: EngineAddress) => RoadEngine>> = {
  osrm: osrmEngine,
  valhalla: valhallaEngine,
  graphhopper: graphhopperEngine,
};

interface RoadsDeps {
  /** Returns what has been learned from own trips so far. */
  readonly trips: () => OwnTrips;
  readonly http: Pick<HttpClient, 'send'>;
  readonly clock: Clock;
  readonly onChange: (state: EngineState) => void;
}

/** Opens the source of travel times that the settings name; null: own trips alone. */
export function openRoads(settings: RoadServer | null, deps: RoadsDeps): Roads {
  const { http, clock, onChange } = deps;
  const otherwise = learnedRoads(deps.trips);
  if (settings === null) return otherwise;
  const { engine: name, url, timeoutMs } = settings;
  const engine = ENGINES[name]({ http, url, timeoutMs });
  return engineRoads({ engine, otherwise, clock, onChange });
}

interface EngineRoadsDeps {
  readonly engine: RoadEngine;
  /** The fallback when the engine has no answer. */
  readonly otherwise: Roads;
  readonly clock: Clock;
  /** Called once each time the engine begins to fail, and when a request succeeds again. */
  readonly onChange: (state: EngineState) => void;
}

export type EngineState =
  | { readonly state: 'out'; readonly reason: EngineFailure; readonly detail: string }
  | { readonly state: 'back' };

/**
 * After a failure the engine is skipped for this long: a courier's stops are due every few
 * seconds.
 */
const REST_MS = 30_000;
/** Streets stay the same for an hour, and a courier's next stops are queried at each move. */
const CACHE_MS = 3_600_000;
const CACHED_MAX = 50_000;
/**
 * Spread around an engine's minutes, which depend neither on the hour nor on the courier: what own
 * trips show around a good median. One in ten is quicker than the first factor, one in ten slower
 * than the second.
 */
const QUICK = 0.7;
const SLOW = 1.5;
/**
 * The marker in the cache for places without a road between them, so that they are not queried at
 * each move.
 */
const NO_ROAD = 'no_road';
/** The shortest driving time, because no trip takes no time. */
const LEAST_MIN = 0.25;

/** Travel times from an engine; if it is slow, down or knows no road, from the fallback. */
export function engineRoads(deps: EngineRoadsDeps): Roads {
  const { engine, otherwise, clock, onChange } = deps;
  const cached = new LRUCache<string, EngineDrive | typeof NO_ROAD>({
    ...entriesMax(CACHED_MAX),
    ttl: CACHE_MS,
    ttlResolution: 0,
    perf: { now: () => clock.nowMs() },
  });
  let restsUntilMs = 0;
  let isOut = false;

  async function askUnlessResting<T>(work: () => Promise<EngineAnswer<T>>): Promise<T | null> {
    if (clock.nowMs() < restsUntilMs) return null;
    const reply = await work();
    if (reply.kind === 'failed') {
      restsUntilMs = clock.nowMs() + REST_MS;
      if (!isOut) onChange({ state: 'out', reason: reply.reason, detail: reply.detail });
      isOut = true;
      return null;
    }
    if (isOut) onChange({ state: 'back' });
    isOut = false;
    return reply.value;
  }

  return {
    async route(places, departure) {
      const keys = places.slice(1).map((to, index) => keyOf(places[index] ?? to, to, departure));
      const known = keys.map((key) => cached.get(key) ?? null);
      if (known.includes(null)) {
        const reply = await askUnlessResting(() => engine.route(places, departure.vehicle));
        for (const [index, drive] of (reply ?? []).entries()) {
          const key = keys[index];
          if (key === undefined) continue;
          known[index] = drive ?? NO_ROAD;
          cached.set(key, drive ?? NO_ROAD);
        }
      }
      const drives = known.filter(isDrive);
      if (drives.length === known.length) return drives.map(toDrive);
      const others = await otherwise.route(places, departure);
      return others.map((other, index) => engineDriveOr(known[index], other));
    },

    async matrix(from, to, departure) {
      const reply = await askUnlessResting(() => engine.matrix(from, to, departure.vehicle));
      const rows = reply?.map((row) => row.filter(isDrive));
      if (rows?.every((row) => row.length === to.length))
        return rows.map((row) => row.map(toDrive));
      const others = await otherwise.matrix(from, to, departure);
      return others.map((row, index) =>
        row.map((other, at) => engineDriveOr(reply?.[index]?.[at], other)),
      );
    },
  };
}

type CachedDrive = EngineDrive | typeof NO_ROAD | null | undefined;

function isDrive(reply: CachedDrive): reply is EngineDrive {
  return reply != null && reply !== NO_ROAD;
}

function engineDriveOr(reply: CachedDrive, other: Drive): Drive {
  return isDrive(reply) ? toDrive(reply) : other;
}

function toDrive({ seconds, metres }: EngineDrive): Drive {
  const p50Min = Math.max(LEAST_MIN, seconds / 60);
  return {
    p10Min: QUICK * p50Min,
    p50Min,
    p90Min: SLOW * p50Min,
    distanceM: metres,
    by: 'engine',
  };
}

/** The cache key of a drive. Places within a metre count as one. */
function keyOf(from: RoadPoint, to: RoadPoint, { vehicle }: Departure): string {
  return [from.lat, from.lng, to.lat, to.lng].map((each) => each.toFixed(5)).join() + vehicle;
}
