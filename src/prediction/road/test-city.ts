import { type SeededRandom, seededRandom } from '../../kernel/seeded-random.ts';
import type { ListedRide } from './evaluate/backtest-rides.ts';
import type { RoadFix } from './under-way/under-way.ts';

const MONDAY_MS = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const KM = 1 / 111.195;
const MIDDLE = { lat: 48.2, lng: 16.4 };

export interface City {
  readonly rides: readonly ListedRide[];
  readonly fixes: ReadonlyMap<string, readonly RoadFix[]>;
}

/**
 * A synthetic town: a slow centre, a fast ring, rush hours, couriers of different speeds, and
 * noise. Every ride has a fix each two minutes.
 */
export function cityOf(days: number, ridesADay: number, seed = 1): City {
  const random = seededRandom(seed);
  const rides: ListedRide[] = [];
  const fixes = new Map<string, RoadFix[]>();
  for (let day = 0; day < days; day += 1) {
    const starts = Array.from({ length: ridesADay }, () => share(random)).sort((a, b) => a - b);
    for (const [index, start] of starts.entries()) {
      const ride = rideAt(MONDAY_MS + day * DAY_MS + Math.floor(start * DAY_MS), random);
      const id = `${day}-${index}`;
      rides.push({ ...ride, id });
      fixes.set(id, fixesOf({ ...ride, id }));
    }
  }
  return { rides, fixes };
}

function rideAt(atMs: number, random: SeededRandom): Omit<ListedRide, 'id'> & { endMs: number } {
  const courier = Math.floor(share(random) * 20);
  const [east, north, toEast, toNorth] = Array.from({ length: 4 }, () => 16 * share(random) - 8);
  const from = placeAt(east ?? 0, north ?? 0);
  const to = placeAt(toEast ?? 0, toNorth ?? 0);
  const km = Math.hypot((toEast ?? 0) - (east ?? 0), (toNorth ?? 0) - (north ?? 0)) + 0.3;
  const fromMiddle = Math.hypot((east ?? 0) + (toEast ?? 0), (north ?? 0) + (toNorth ?? 0)) / 2;
  const hour = (atMs % DAY_MS) / 3_600_000;
  const rush = hour > 7 && hour < 10 ? 1.4 : 1;
  const pace = fromMiddle < 3 ? 3.2 : 1.9;
  const luck = Math.exp(0.22 * (share(random) + share(random) + share(random) - 1.5) * 2);
  const minutes = (2 + pace * km ** 0.8) * rush * (0.85 + 0.015 * courier) * luck;
  const endMs = atMs + Math.round(minutes * 60) * 1_000;
  return { courier: `c${courier}`, atMs, wallMs: atMs, from, to, endMs };
}

function placeAt(eastKm: number, northKm: number) {
  const lat = MIDDLE.lat + northKm * KM;
  return { lat, lng: MIDDLE.lng + (eastKm * KM) / Math.cos((MIDDLE.lat * Math.PI) / 180) };
}

/** Fixes of a ride that is straight and even, with the last fix at its end. */
function fixesOf({ atMs, endMs, from, to }: ListedRide): RoadFix[] {
  const end = endMs ?? atMs;
  const fixes: RoadFix[] = [];
  for (let at = atMs; at < end; at += 120_000) {
    const part = (at - atMs) / (end - atMs);
    fixes.push({
      atMs: at,
      lat: from.lat + part * (to.lat - from.lat),
      lng: from.lng + part * (to.lng - from.lng),
    });
  }
  return [...fixes, { atMs: end, ...to }];
}

function share(random: SeededRandom): number {
  return random() / 2 ** 32;
}
