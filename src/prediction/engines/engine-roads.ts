import { LRUCache } from 'lru-cache';
import type { Clock } from '../../platform/clock.ts';
import type { RoadPoint } from '../road/ride/ride.ts';
import type { Departure, Drive, Roads } from '../road/roads.ts';
import type { EngineAnswer, EngineDrive, EngineFailure, RoadEngine } from './road-engine.ts';

export interface EngineRoadsDeps {
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
    max: CACHED_MAX,
    ttl: CACHE_MS,
    ttlResolution: 0,
    perf: { now: () => clock.nowMs() },
  });
  let restsUntilMs = 0;
  let isOut = false;

  async function ask<T>(work: () => Promise<EngineAnswer<T>>): Promise<T | null> {
    if (clock.nowMs() < restsUntilMs) return null;
    const said = await work();
    if (said.kind === 'failed') {
      restsUntilMs = clock.nowMs() + REST_MS;
      if (!isOut) onChange({ state: 'out', reason: said.reason, detail: said.detail });
      isOut = true;
      return null;
    }
    if (isOut) onChange({ state: 'back' });
    isOut = false;
    return said.value;
  }

  return {
    async route(places, departure) {
      const keys = places.slice(1).map((to, nr) => keyOf(places[nr] ?? to, to, departure));
      const known = keys.map((key) => cached.get(key) ?? null);
      if (known.includes(null)) {
        const said = await ask(() => engine.route(places, departure.vehicle));
        for (const [nr, drive] of (said ?? []).entries()) {
          const key = keys[nr];
          if (key === undefined) continue;
          known[nr] = drive ?? NO_ROAD;
          cached.set(key, drive ?? NO_ROAD);
        }
      }
      const drives = known.filter(isDrive);
      if (drives.length === known.length) return drives.map(driveBy);
      const others = await otherwise.route(places, departure);
      return others.map((other, nr) => pick(known[nr], other));
    },

    async matrix(from, to, departure) {
      const said = await ask(() => engine.matrix(from, to, departure.vehicle));
      const rows = said?.map((row) => row.filter(isDrive));
      if (rows?.every((row) => row.length === to.length))
        return rows.map((row) => row.map(driveBy));
      const others = await otherwise.matrix(from, to, departure);
      return others.map((row, nr) => row.map((other, at) => pick(said?.[nr]?.[at], other)));
    },
  };
}

type Known = EngineDrive | typeof NO_ROAD | null | undefined;

function isDrive(said: Known): said is EngineDrive {
  return said != null && said !== NO_ROAD;
}

function pick(said: Known, other: Drive): Drive {
  return isDrive(said) ? driveBy(said) : other;
}

function driveBy({ seconds, metres }: EngineDrive): Drive {
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
