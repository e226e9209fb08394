/**
 * Parcels that never were, for the poller's benchmark and tests. They live by the clock as real
 * ones do: picked up in the afternoon of a working day, sorted at night, out for delivery once a
 * morning but on Sundays, delivered some hours after; some held up, some attempts in vain. Hours
 * count from a Monday at midnight, local time; what is said of an hour is when the carrier shows
 * it, some minutes after it happened.
 */
export interface MadeParcel {
  readonly id: string;
  readonly service: string;
  readonly created_h: number;
  readonly edd_day: number;
  readonly events: readonly (readonly [hour: number, kind: string])[];
}

export interface Habits {
  /** Every leg between hubs takes this many times as long. */
  readonly legs: number;
  /** Vans leave this much later in the day. */
  readonly outForDeliveryLaterH: number;
}

export const USUAL_HABITS: Habits = { legs: 1, outForDeliveryLaterH: 0 };
export const SHIFTED_HABITS: Habits = { legs: 1.3, outForDeliveryLaterH: 1.6 };

const SERVICES = [
  { name: 'express', share: 0.25, hubs: [2, 3], leg: [9, 0.35], days: 2 },
  { name: 'ground', share: 0.6, hubs: [3, 5], leg: [15, 0.45], days: 5 },
  { name: 'economy', share: 0.15, hubs: [4, 6], leg: [22, 0.6], days: 8 },
] as const;
const SUNDAY = 6;

/** The same seed gives the same parcels. */
export function makeParcels(count: number, seed: number, habits = USUAL_HABITS): MadeParcel[] {
  const chance = new Chance(seed);
  return Array.from({ length: count }, (_, index) =>
    makeParcel(`M${seed}-${String(index).padStart(5, '0')}`, chance, habits),
  );
}

/** As the JSON lines that `waybill poller simulate` reads. */
export function toJsonLines(parcels: readonly MadeParcel[]): string {
  return `${parcels.map((parcel) => JSON.stringify(parcel)).join('\n')}\n`;
}

function makeParcel(id: string, chance: Chance, habits: Habits): MadeParcel {
  const pick = chance.uniform(0, 1);
  const service = SERVICES.find((_, index) => pick < shareUpTo(index)) ?? SERVICES[1];
  const created = creation(chance);
  const events: [number, string][] = [];
  let hour = pickup(created, chance);
  const pickupDay = Math.floor(hour / 24);
  events.push([hour, 'picked_up']);
  const hubs = Math.floor(chance.uniform(service.hubs[0], service.hubs[1] + 1));
  const heldUpAt = chance.uniform(0, 1) < 0.08 ? Math.floor(chance.uniform(0, hubs)) : -1;
  for (let hub = 0; hub < hubs; hub += 1) {
    const [median, sigma] = hub === 0 ? [6, 0.5] : service.leg;
    hour += chance.lognormal(median, sigma) * habits.legs;
    events.push([hour, 'arrived_hub']);
    if (hub === heldUpAt) {
      hour += chance.uniform(0.4, 5.8);
      events.push([hour, 'exception']);
      hour += chance.lognormal(22, 0.7);
    }
    if (hub === hubs - 1) break;
    hour = departure(hour, chance);
    events.push([hour, 'departed_hub']);
  }
  events.push(...lastMile(hour, chance, habits));
  const shown = events.map(([at, kind]): [number, string] => [
    Math.round((at + Math.min(1.5, chance.lognormal(4 / 60, 1))) * 1_000) / 1_000,
    kind,
  ]);
  return {
    id,
    service: service.name,
    created_h: Math.round(created * 1_000) / 1_000,
    edd_day: workdayAfter(pickupDay, service.days),
    events: shown.sort(([one], [other]) => one - other),
  };
}

function shareUpTo(index: number): number {
  return SERVICES.slice(0, index + 1).reduce((sum, { share }) => sum + share, 0);
}

/** Labels of two weeks; a third as many on weekends. */
function creation(chance: Chance): number {
  for (;;) {
    const day = Math.floor(chance.uniform(0, 14));
    if (day % 7 < 5 || chance.uniform(0, 1) < 0.35) return day * 24 + chance.uniform(7, 21);
  }
}

function pickup(created: number, chance: Chance): number {
  let day = Math.floor((created + 2) / 24);
  if ((created + 2) % 24 > 19) day += 1;
  while (day % 7 > 4) day += 1;
  if (chance.uniform(0, 1) < 0.12) day += 1;
  while (day % 7 > 4) day += 1;
  return Math.max(created + 2, day * 24 + chance.uniform(15, 19));
}

/** Sorted within hours; lorries leave between 21:00 and 05:00. */
function departure(arrived: number, chance: Chance): number {
  const ready = arrived + chance.uniform(1, 8);
  const hour = ready % 24;
  if (hour >= 21 || hour < 5) return ready;
  return Math.floor(ready / 24) * 24 + 21 + chance.uniform(0, 6);
}

function lastMile(ready: number, chance: Chance, habits: Habits): [number, string][] {
  const events: [number, string][] = [];
  let day = Math.floor(ready / 24) + (ready % 24 < 6 ? 0 : 1);
  for (;;) {
    while (day % 7 === SUNDAY) day += 1;
    const left = Math.min(11.5, Math.max(5.5, chance.normal(7.6, 0.9)));
    const out = day * 24 + left + habits.outForDeliveryLaterH;
    events.push([out, 'out_for_delivery']);
    const done = Math.min(day * 24 + 21, out + chance.gamma(2.3, 2.3));
    if (chance.uniform(0, 1) >= 0.06) return [...events, [done, 'delivered']];
    events.push([done, 'exception']);
    day += 1;
  }
}

/** The n-th working day (Monday to Saturday) after a day. */
function workdayAfter(day: number, count: number): number {
  let at = day;
  for (let left = count; left > 0; ) {
    at += 1;
    if (at % 7 !== SUNDAY) left -= 1;
  }
  return at;
}

/** Seeded chance: mulberry32, and what is made of it. */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  uniform(from: number, to: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return from + (((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000) * (to - from);
  }

  normal(mean: number, sigma: number): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform(0, 1)));
    return mean + sigma * radius * Math.cos(2 * Math.PI * this.uniform(0, 1));
  }

  lognormal(median: number, sigma: number): number {
    return median * Math.exp(this.normal(0, sigma));
  }

  /** Marsaglia and Tsang's method, for shapes of at least 1. */
  gamma(shape: number, scale: number): number {
    const d = shape - 1 / 3;
    for (;;) {
      const x = this.normal(0, 1);
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - this.uniform(0, 1)) < x * x * 0.5 + d - d * v + d * Math.log(v)) {
        return d * v * scale;
      }
    }
  }
}
