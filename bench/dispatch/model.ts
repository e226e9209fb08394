import { RecentOffers } from '../../src/fleet/deliveries/matching/pass.ts';
import { nextRound, type OnShift, type Wanted } from '../../src/fleet/dispatch/index.ts';
import { percentiles, rounded } from './numbers.ts';
import { anywhere, seeded, wayIn } from './town.ts';

/** The hub's latencies, and whether it is in burst mode. */
export interface ModelHub {
  /** The time from when an offer is due until couriers' phones show it. */
  readonly asksInMs: number;
  /** The time from a courier's tap until the others' phones show that the offer is gone. */
  readonly takesInMs: number;
  readonly isRush: boolean;
}

interface Delivery {
  readonly createdMs: number;
  readonly wanted: Wanted;
  readonly offered: Set<string>;
  /** The couriers with an offer that they have not answered. */
  readonly open: Set<string>;
  rounds: number;
  isQueued: boolean;
  nextPassAtMs: number;
  assignedMs: number | null;
}

type Courier = OnShift & { load: number };

const STEP_MS = 20;
/** The interval at which phones are checked, as in the hub and in `offers`. */
const CHECK_EVERY_MS = 200;
const PHONES_EVERY_MS = 200;
const SETTLE_MS_MAX = 60_000;
const [FASTEST_MS, SLOWEST_MS, DECLINED] = [500, 4_000, 0.2];

/**
 * Simulates the couriers and the people of `offers` without a hub: offers are decided by the hub's
 * own code, and everything else takes a configured time. It shows how the choice of couriers
 * affects the wait, and how the hub's latency does.
 */
export function modelOffers(
  rate: { readonly couriers: number; readonly perS: number; readonly durationS: number },
  hub: ModelHub,
) {
  const town = new Town(rate, hub);
  const untilMs = rate.durationS * 1_000 + SETTLE_MS_MAX;
  for (let nowMs = 0; nowMs < untilMs; nowMs += STEP_MS) town.step(nowMs);
  const { deliveries } = town;
  const waited = deliveries.flatMap(({ createdMs, assignedMs }) =>
    assignedMs === null ? [] : [assignedMs - createdMs],
  );
  const offers = deliveries.reduce((sum, { offered }) => sum + offered.size, 0);
  return {
    assigned: waited.length,
    of: deliveries.length,
    ...percentiles(waited),
    offers_each: rounded(offers / deliveries.length),
    ...hub,
  };
}

class Town {
  readonly deliveries: readonly Delivery[];
  readonly #couriers: readonly Courier[];
  readonly #hub: ModelHub;
  readonly #random = seeded(7);
  readonly #lately = new RecentOffers();
  /** Which delivery each courier is reading about, and until when. */
  readonly #reading = new Map<string, { readonly of: Delivery; readonly untilMs: number }>();
  /** What each phone shows, oldest first. */
  readonly #phones = new Map<string, Set<Delivery>>();
  #taps: { readonly atMs: number; readonly of: Delivery; readonly courierId: string }[] = [];

  constructor({ couriers, perS, durationS }: Parameters<typeof modelOffers>[0], hub: ModelHub) {
    this.#hub = hub;
    const [places, ways] = [seeded(3), seeded(4)];
    this.#couriers = Array.from({ length: couriers }, (_, index) => ({
      courierId: `c${index}`,
      by: 'bike' as const,
      place: anywhere(places),
      load: 0,
      capacityParcels: 3,
      capacityWeightG: null,
      shiftEndsAtMs: null,
      accepted: 0,
      declined: 0,
      lastAcceptedMs: null,
    }));
    this.deliveries = Array.from({ length: perS * durationS }, (_, index) => {
      const createdMs = (index * 1_000) / perS;
      const { origin, destination } = wayIn(ways);
      const size = 'small' as const;
      return {
        createdMs,
        wanted: { origin, destination, readyMs: createdMs, size, weightG: null },
        offered: new Set<string>(),
        open: new Set<string>(),
        rounds: 0,
        isQueued: false,
        nextPassAtMs: createdMs + hub.asksInMs,
        assignedMs: null,
      };
    });
  }

  step(nowMs: number): void {
    this.#take(nowMs);
    if (nowMs % CHECK_EVERY_MS === 0) this.#check(nowMs);
    this.#answer(nowMs);
    if (nowMs % PHONES_EVERY_MS === 0) this.#show(nowMs);
  }

  #take(nowMs: number): void {
    const due = this.#taps.filter(({ atMs }) => atMs <= nowMs);
    this.#taps = this.#taps.filter(({ atMs }) => atMs > nowMs);
    for (const { atMs, of, courierId } of due.toSorted((a, b) => a.atMs - b.atMs)) {
      const courier = this.#couriers.find((each) => each.courierId === courierId);
      if (of.assignedMs !== null || courier === undefined || courier.load >= 3) continue;
      of.assignedMs = atMs;
      courier.load += 1;
      for (const offered of of.open) this.#phones.get(offered)?.delete(of);
      of.open.clear();
    }
  }

  #check(nowMs: number): void {
    const busy = new Map([...this.#phones].map(([id, shown]) => [id, shown.size]));
    for (const each of this.deliveries) {
      if (each.assignedMs !== null || each.nextPassAtMs > nowMs) continue;
      const next = nextRound(each.wanted, each, {
        couriers: this.#couriers,
        isWhole: true,
        busy,
        nowMs,
        isReading: (courierId) => this.#lately.has(courierId, nowMs),
        isRush: this.#hub.isRush,
      });
      const asks = next.asks.map(({ courier }) => courier.courierId);
      this.#lately.note(asks, nowMs);
      for (const id of asks) {
        busy.set(id, (busy.get(id) ?? 0) + 1);
        each.offered.add(id);
        each.open.add(id);
        this.#phones.set(id, (this.#phones.get(id) ?? new Set()).add(each));
      }
      each.rounds = next.rounds;
      each.isQueued = next.isQueued;
      each.nextPassAtMs = nowMs + next.passInMs;
    }
  }

  #answer(nowMs: number): void {
    for (const [courierId, { of, untilMs }] of this.#reading) {
      if (untilMs > nowMs) continue;
      this.#reading.delete(courierId);
      if (!of.open.has(courierId)) continue;
      if (this.#random() >= DECLINED) {
        this.#taps.push({ atMs: untilMs + this.#hub.takesInMs, of, courierId });
        continue;
      }
      of.open.delete(courierId);
      this.#phones.get(courierId)?.delete(of);
      const { asksInMs, takesInMs } = this.#hub;
      if (of.open.size === 0)
        of.nextPassAtMs = Math.min(of.nextPassAtMs, nowMs + takesInMs + asksInMs);
    }
  }

  #show(nowMs: number): void {
    for (const [courierId, shown] of this.#phones) {
      if (this.#reading.has(courierId)) continue;
      const taps = this.#taps.filter((tap) => tap.courierId === courierId);
      const of = [...shown].find((each) => taps.every((tap) => tap.of !== each));
      if (of === undefined) continue;
      const untilMs = nowMs + FASTEST_MS + this.#random() * (SLOWEST_MS - FASTEST_MS);
      this.#reading.set(courierId, { of, untilMs });
    }
  }
}
