import { distanceM, type LatLng } from '../../kernel/places/distance.ts';
import { rideS, STOP_S, type TravelBy } from './courier-travel.ts';

export type PackageSize = 'small' | 'medium' | 'large';

/** A delivery that looks for a courier. */
export interface Wanted {
  readonly origin: LatLng;
  readonly destination: LatLng;
  /** Epoch ms. */
  readonly readyMs: number;
  readonly size: PackageSize;
  readonly weightG: number | null;
}

/** A courier on shift, as far as anything is known. */
export interface OnShift {
  readonly courierId: string;
  readonly by: TravelBy;
  /** Null: nobody knows. */
  readonly place: LatLng | null;
  /** Parcels that the courier has or is to take, and how many there may be; null: the vehicle's. */
  readonly load: number;
  readonly capacityParcels: number | null;
  readonly capacityWeightG: number | null;
  /** Epoch ms; null: nobody has said. */
  readonly shiftEndsAtMs: number | null;
  /** Of late: how many offers were taken and turned down, and when work was last given; epoch ms. */
  readonly accepted: number;
  readonly declined: number;
  readonly lastAcceptedMs: number | null;
}

/** Why this courier and no other, in seconds that are added up; the least is asked first. */
export interface OfferTerms {
  /** Straight, to the pickup; null: nobody knows where the courier is. */
  readonly distanceM: number | null;
  readonly approachS: number;
  /** For what the courier is to bring besides. */
  readonly loadS: number;
  /** For offers that were turned down of late. */
  readonly habitS: number;
  /** Taken off for having had no work for long. */
  readonly idleS: number;
  readonly cost: number;
}

export interface Ranked {
  readonly courier: OnShift;
  readonly terms: OfferTerms;
}

/** Why a courier cannot be asked at all. */
export type Unfit = 'full' | 'too_large' | 'too_heavy' | 'too_far' | 'shift_ends';

/** What a vehicle takes where its capacity is not said. */
const PARCELS: Readonly<Record<TravelBy, number>> = {
  foot: 2,
  bike: 4,
  scooter: 4,
  car: 10,
  van: 40,
};
/** A large box goes on no saddle. */
const TAKES_LARGE: ReadonlySet<TravelBy> = new Set(['car', 'van']);
/** Who needs longer to the pickup is not asked. */
const APPROACH_S_MAX = 45 * 60;
/** Whose place nobody knows is taken to be this far. */
const UNKNOWN_M = 4_000;
/** Rather too few: nobody is left out who is near enough. */
const METRES_PER_DEGREE = 111_190;
const LOAD_S = 8 * 60;
const HABIT_S = 4 * 60;
/** An hour: shorter, and who stands across the circle from five others is never the best. */
const IDLE_S_MAX = 10 * 60;
/** A minute without work counts as so many seconds of way. */
const IDLE_S_PER_MIN = 10;

/** How many parcels a courier takes whose capacity is not said. */
export function parcelsOf(by: TravelBy): number {
  return PARCELS[by];
}

/** What keeps a courier from being asked; null: nothing. Pure. */
export function unfitFor(wanted: Wanted, courier: OnShift, nowMs: number): Unfit | null {
  return unfitFrom(awayFrom(wanted, courier), wanted, courier, nowMs);
}

/** @param awayM from the pickup, in a straight line. */
function unfitFrom(awayM: number, wanted: Wanted, courier: OnShift, nowMs: number): Unfit | null {
  if (courier.load >= (courier.capacityParcels ?? parcelsOf(courier.by))) return 'full';
  if (wanted.size === 'large' && !TAKES_LARGE.has(courier.by)) return 'too_large';
  const { capacityWeightG } = courier;
  if (wanted.weightG !== null && capacityWeightG !== null && wanted.weightG > capacityWeightG) {
    return 'too_heavy';
  }
  const approachS = rideS(awayM, courier.by);
  if (approachS > APPROACH_S_MAX) return 'too_far';
  const pickupMs = Math.max(nowMs + approachS * 1000, wanted.readyMs);
  return courier.shiftEndsAtMs !== null && pickupMs > courier.shiftEndsAtMs ? 'shift_ends' : null;
}

function awayFrom({ origin }: Wanted, { place }: OnShift): number {
  return place === null ? UNKNOWN_M : distanceM(place, origin);
}

/** What it costs to have this courier take it. Pure. */
function termsOf(awayM: number, courier: OnShift, nowMs: number): OfferTerms {
  const approachS = rideS(awayM, courier.by);
  const loadS = courier.load * (LOAD_S + STOP_S);
  // As if three had been taken before: one refusal says little.
  const answered = courier.accepted + courier.declined + 3;
  const habitS = (HABIT_S * courier.declined) / answered;
  const idleMin =
    Math.max(0, nowMs - (courier.lastAcceptedMs ?? Number.NEGATIVE_INFINITY)) / 60_000;
  const idleS = Math.min(IDLE_S_MAX, idleMin * IDLE_S_PER_MIN);
  return {
    distanceM: courier.place === null ? null : Math.round(awayM),
    approachS: Math.round(approachS),
    loadS,
    habitS: Math.round(habitS),
    idleS: Math.round(idleS),
    cost: Math.round(approachS + loadS + habitS - idleS),
  };
}

interface Around {
  readonly radiusM: number;
  readonly nowMs: number;
  /** Not these; absent: all. */
  readonly skips?: (courier: OnShift) => boolean;
}

/**
 * The couriers within a radius of the pickup who may take it, the best first; of equals by id, so that
 * every process says the same. Whose place nobody knows counts only where `radiusM` is as good as the
 * whole town. Pure.
 */
export function rankCouriers(
  wanted: Wanted,
  couriers: readonly OnShift[],
  { radiusM, nowMs, skips }: Around,
): Ranked[] {
  const isFar = farFrom(wanted.origin, radiusM);
  const ranked: Ranked[] = [];
  for (const courier of couriers) {
    if (isFar(courier) || skips?.(courier)) continue;
    const awayM = awayFrom(wanted, courier);
    if (awayM > radiusM || unfitFrom(awayM, wanted, courier, nowMs) !== null) continue;
    ranked.push({ courier, terms: termsOf(awayM, courier, nowMs) });
  }
  return ranked.sort(
    (a, b) => a.terms.cost - b.terms.cost || (a.courier.courierId < b.courier.courierId ? -1 : 1),
  );
}

/** Whether any of these within a radius of the pickup may take it. Pure. */
export function isAnyFit(
  wanted: Wanted,
  couriers: readonly OnShift[],
  { radiusM, nowMs, skips }: Around,
): boolean {
  const isFar = farFrom(wanted.origin, radiusM);
  for (const courier of couriers) {
    if (isFar(courier) || skips?.(courier)) continue;
    const awayM = awayFrom(wanted, courier);
    if (awayM <= radiusM && unfitFrom(awayM, wanted, courier, nowMs) === null) return true;
  }
  return false;
}

/**
 * Tells whoever is certainly further away: by the parallel or the meridian alone most of a town costs no more
 * than a subtraction. Whose place nobody knows is not.
 */
function farFrom({ lat, lng }: LatLng, radiusM: number): (courier: OnShift) => boolean {
  const north = radiusM / METRES_PER_DEGREE;
  // Meridians are nearest to one another where they are nearest to a pole.
  const narrowest = Math.cos((Math.min(90, Math.abs(lat) + north) * Math.PI) / 180);
  // A little more than it is, as the way across is shorter than along the parallel; who is nearer a pole counts.
  const degrees = narrowest > 0 ? (1.01 * north) / narrowest : 180;
  const east = degrees > 20 ? 180 : degrees;
  return ({ place }) => {
    if (place === null) return false;
    if (Math.abs(place.lat - lat) > north) return true;
    const away = Math.abs(place.lng - lng);
    return away > east && away < 360 - east;
  };
}
