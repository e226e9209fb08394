import { distanceM, type LatLng } from '../../../kernel/places/distance.ts';

export type PackageSize = 'small' | 'medium' | 'large';

/** A delivery that looks for a courier. */
export interface Wanted {
  readonly origin: LatLng;
  readonly destination: LatLng;
  /** When it is ready, epoch ms. */
  readonly readyMs: number;
  readonly size: PackageSize;
  readonly weightG: number | null;
}

/** A courier on shift, with what is known. */
export interface OnShift {
  readonly courierId: string;
  readonly by: TravelBy;
  /** Where the courier is; null: unknown. */
  readonly place: LatLng | null;
  /** Parcels in hand and planned. `capacityParcels` is the maximum; null: the vehicle's default. */
  readonly load: number;
  readonly capacityParcels: number | null;
  readonly capacityWeightG: number | null;
  /** When the shift ends, epoch ms; null: open-ended. */
  readonly shiftEndsAtMs: number | null;
  /**
   * Recent answers: how many offers were accepted and declined, and when work was last assigned
   * (epoch ms).
   */
  readonly accepted: number;
  readonly declined: number;
  readonly lastAcceptedMs: number | null;
}

/**
 * The cost of offering a delivery to a courier, in seconds that add up. The courier with the lowest
 * total gets the first offer.
 */
export interface OfferTerms {
  /** Straight-line distance to the pickup; null: the courier's place is unknown. */
  readonly distanceM: number | null;
  readonly approachS: number;
  /** The cost of the courier's other deliveries. */
  readonly loadS: number;
  /** The cost of offers declined recently. */
  readonly habitS: number;
  /** A bonus for a long time without work. */
  readonly idleS: number;
  readonly cost: number;
}

export interface Ranked {
  readonly courier: OnShift;
  readonly terms: OfferTerms;
}

/** Why a courier cannot get an offer at all. */
export type Unfit = 'full' | 'too_large' | 'too_heavy' | 'too_far' | 'shift_ends';

/** The default capacity of a vehicle. */
const PARCELS: Readonly<Record<TravelBy, number>> = {
  foot: 2,
  bike: 4,
  scooter: 4,
  car: 10,
  van: 40,
};
/** The vehicles that take a large box; it does not fit on two wheels. */
const TAKES_LARGE: ReadonlySet<TravelBy> = new Set(['car', 'van']);
/** Couriers farther from the pickup get no offer. */
const APPROACH_S_MAX = 45 * 60;
/** The assumed distance of a courier whose place is unknown. */
const UNKNOWN_M = 4_000;
/** Metres in a degree, rounded down, so that no courier near enough is left out. */
const METRES_PER_DEGREE = 111_190;
const LOAD_S = 8 * 60;
const HABIT_S = 4 * 60;
/**
 * The maximum bonus, for an hour without work. With less, a courier at the other side of the circle
 * from five others would never be the best.
 */
const IDLE_S_MAX = 10 * 60;
/** A minute without work counts as this many seconds of riding. */
const IDLE_S_PER_MIN = 10;

/** The default capacity of a vehicle, in parcels. */
export function parcelsOf(by: TravelBy): number {
  return PARCELS[by];
}

/** Why a courier cannot get an offer; null: the courier can. Pure. */
export function unfitFor(wanted: Wanted, courier: OnShift, nowMs: number): Unfit | null {
  return unfitFrom(awayFrom(wanted, courier), wanted, courier, nowMs);
}

/**
 * Why a courier at this distance cannot get an offer; null: the courier can. Pure.
 * @param awayM from the pickup, in a straight line.
 */
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

/** The cost of offering it to this courier. Pure. */
function termsOf(awayM: number, courier: OnShift, nowMs: number): OfferTerms {
  const approachS = rideS(awayM, courier.by);
  const loadS = courier.load * (LOAD_S + STOP_S);
  // As if three had been accepted before: one refusal says little.
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
  /** Couriers to leave out; absent: none. */
  readonly skips?: (courier: OnShift) => boolean;
}

/**
 * The suitable couriers within a radius of the pickup, best first; ties by id, so that every
 * process agrees. Couriers whose place is unknown count only if `radiusM` covers about the whole
 * town. Pure.
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

/** Whether any of these within a radius of the pickup is suitable. Pure. */
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
 * Returns a quick test for couriers who are certainly farther away than the radius. Comparing
 * latitude or longitude alone rules out most of a town with a subtraction. It is never true for an
 * unknown place.
 */
function farFrom({ lat, lng }: LatLng, radiusM: number): (courier: OnShift) => boolean {
  const north = radiusM / METRES_PER_DEGREE;
  // Meridians are closest together at the point nearest to a pole.
  const narrowest = Math.cos((Math.min(90, Math.abs(lat) + north) * Math.PI) / 180);
  // Slightly generous: the direct path is shorter than along the parallel, and the end nearer to a
  // pole counts.
  const degrees = narrowest > 0 ? (1.01 * north) / narrowest : 180;
  const east = degrees > 20 ? 180 : degrees;
  return ({ place }) => {
    if (place === null) return false;
    if (Math.abs(place.lat - lat) > north) return true;
    const away = Math.abs(place.lng - lng);
    return away > east && away < 360 - east;
  };
}

/** Couriers' means of transport. */
export type TravelBy = 'foot' | 'bike' | 'scooter' | 'car' | 'van';

/**
 * Average speeds in a city, including traffic lights and stairs; docs/benchmarks.md gives the
 * source.
 */
const KM_PER_H: Readonly<Record<TravelBy, number>> = {
  foot: 4.5,
  bike: 13,
  scooter: 22,
  car: 18,
  van: 18,
};
/** Ratio of street distance to straight line. */
const DETOUR = 1.4;
/** Seconds spent at a pickup or an address: parking, stairs, the handover. */
export const STOP_S = 180;

/** Riding time in seconds between two places. Pure. */
export function legS(from: LatLng, to: LatLng, by: TravelBy): number {
  return rideS(distanceM(from, to), by);
}

/** Riding time in seconds for a straight-line distance. Pure. */
function rideS(straightM: number, by: TravelBy): number {
  return (straightM * DETOUR * 3.6) / KM_PER_H[by];
}

/** Speed along the straight line, in metres per second. */
export function straightMS(by: TravelBy): number {
  return KM_PER_H[by] / 3.6 / DETOUR;
}

/**
 * When a courier who starts at `from` will have picked up the delivery, and arrive with it; epoch
 * ms. Pure.
 */
export function timesOf(
  way: { readonly origin: LatLng; readonly destination: LatLng; readonly readyMs: number },
  courier: { readonly from: LatLng; readonly leavesMs: number; readonly by: TravelBy },
): { readonly pickupMs: number; readonly arrivalMs: number } {
  const thereMs = courier.leavesMs + 1000 * legS(courier.from, way.origin, courier.by);
  const pickupMs = Math.max(thereMs, way.readyMs);
  const dropoffS = STOP_S + legS(way.origin, way.destination, courier.by);
  return { pickupMs: Math.round(pickupMs), arrivalMs: Math.round(pickupMs + 1000 * dropoffS) };
}
