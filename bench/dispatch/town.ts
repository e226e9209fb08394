/**
 * A place in a synthetic town of 12 by 12 km, where shops are near people, and couriers everywhere.
 */
export interface Spot {
  readonly lat: number;
  readonly lng: number;
}

const MIDDLE: Spot = { lat: 53.55, lng: 9.99 };
const METRES_PER_DEGREE = 111_195;
const TOWN_M = 12_000;
const WAY_M_MAX = 4_000;

/** Returns Park and Miller's random numbers, so that the town is the same each time. */
export function seeded(seed: number): () => number {
  let state = (seed * 7_919) % 2_147_483_647;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function moved({ lat, lng }: Spot, eastM: number, northM: number): Spot {
  const metresEast = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
  return {
    lat: Number((lat + northM / METRES_PER_DEGREE).toFixed(6)),
    lng: Number((lng + eastM / metresEast).toFixed(6)),
  };
}

export function anywhere(random: () => number): Spot {
  return moved(MIDDLE, (random() - 0.5) * TOWN_M, (random() - 0.5) * TOWN_M);
}

/**
 * Returns a shop, which is nearer to the centre than couriers are on average, and a destination
 * within 4 km of it.
 */
export function wayIn(random: () => number): { readonly origin: Spot; readonly destination: Spot } {
  const towards = () => (random() + random() - 1) * (TOWN_M / 2);
  const origin = moved(MIDDLE, towards(), towards());
  const way = () => (random() * 2 - 1) * (WAY_M_MAX / Math.SQRT2);
  return { origin, destination: moved(origin, way(), way()) };
}

/** Returns a delivery as a shop requests it. */
export function wantedIn(random: () => number) {
  const { origin, destination } = wayIn(random);
  return { origin, destination: destination, package_size: 'small', phone: '+4915112345678' };
}

/** An id as the API shows it. */
export function wire(prefix: string, uuid: string): string {
  return `${prefix}_${uuid.replaceAll('-', '')}`;
}
