/** One fix of a synthetic day; its place is in metres from the start. */
export interface DayFix {
  readonly atS: number;
  readonly eastM: number;
  readonly northM: number;
}

const EVERY_S = 5;
export const DAY_FIXES = (9 * 3_600) / EVERY_S;

/**
 * Makes nine hours of a courier with a fix every five seconds: rides of a few minutes along a grid
 * of streets, and stops of one to eight minutes with the position noise between houses.
 */
export function courierDay(seed: number): DayFix[] {
  const random = seeded(seed);
  const fixes: DayFix[] = [];
  let [east, north, left, speed, heading] = [0, 0, 0, 0, 0];
  let isRiding = false;
  for (let index = 0; index < DAY_FIXES; index += 1) {
    if (left <= 0) {
      isRiding = !isRiding;
      left = isRiding ? 12 + 36 * random() : 12 + 84 * random();
    }
    left -= 1;
    if (isRiding) {
      // A corner or a traffic light about every half minute, at urban speeds.
      if (random() < 0.15) heading = Math.floor(random() * 4) * (Math.PI / 2);
      if (random() < 0.3) speed = random() < 0.25 ? 0 : 4 + 10 * random();
      east += EVERY_S * speed * Math.cos(heading);
      north += EVERY_S * speed * Math.sin(heading);
    }
    fixes.push({
      atS: index * EVERY_S,
      eastM: east + 3 * (random() + random() - 1),
      northM: north + 3 * (random() + random() - 1),
    });
  }
  return fixes;
}

/** Returns Park and Miller's random numbers, so that the couriers are the same each time. */
function seeded(seed: number): () => number {
  let state = seed * 7_919;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
