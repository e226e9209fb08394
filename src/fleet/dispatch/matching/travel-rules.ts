/** A point in a plane or, for places on the globe, in space: distances are straight lines, in metres. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** How couriers travel and what stops take: of a city, a simulated day, an instance. Times in seconds. */
export interface TravelRules {
  /**
   * Whole seconds from place to place at the courier's speed: no fewer than the straight line takes, rounded
   * down, and no fewer the further it is.
   */
  readonly legS: (from: Place, to: Place, speedMS: number) => number;
  /** From arriving at a pickup until the parcel can be in hand; from having it until leaving. */
  readonly pickupBeforeS: number;
  readonly pickupAfterS: number;
  /** From arriving until the parcel is handed over; from then until leaving. */
  readonly dropoffBeforeS: number;
  readonly dropoffAfterS: number;
  /** Maximum distance of a courier to a pickup. */
  readonly pickupReachM: number;
  /** What must happen before a courier's shift ends. */
  readonly shiftEndBounds: 'pickup' | 'assignment';
  /** How long before an order is ready it may be assigned. */
  readonly assignAheadS: number;
  /** An order without a courier for this long is lost. */
  readonly lostAfterS: number;
}

export function distanceM(from: Place, to: Place): number {
  const dx = from.x - to.x;
  const dy = from.y - to.y;
  const dz = from.z - to.z;
  return Math.sqrt(dx * dx + dy * dy + dz * dz);
}

const EARTH_RADIUS_M = 6_371_008.8;

/**
 * A place on the globe. Straight lines through it are shorter than ways over it by less than a metre
 * in 30 km.
 */
export function placeOf(lat: number, lng: number): Place {
  const phi = (lat * Math.PI) / 180;
  const lambda = (lng * Math.PI) / 180;
  return {
    x: EARTH_RADIUS_M * Math.cos(phi) * Math.cos(lambda),
    y: EARTH_RADIUS_M * Math.cos(phi) * Math.sin(lambda),
    z: EARTH_RADIUS_M * Math.sin(phi),
  };
}

/** From when an order may be assigned. */
export function openSinceS(
  { placedS, readyS }: { readonly placedS: number; readonly readyS: number },
  { assignAheadS }: TravelRules,
): number {
  return Math.max(placedS, readyS - assignAheadS);
}
