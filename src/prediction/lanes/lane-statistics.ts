import type { Parcel } from '../sample/parcel.ts';
import { expectedLog, type LaneComparison } from './comparison.ts';
import { type GroupKeys, groupKeys, Tally } from './groups.ts';
import { Paces } from './paces.ts';
import { Recent } from './recent.ts';
import { UsualTimes } from './usual-times.ts';

/** A parcel under way, as the statistics hold it until it is delivered. */
export interface UnderWay {
  readonly keys: GroupKeys;
  readonly handedOverMs: number;
  readonly usual: number;
  readonly expected: number;
  deliveredDays: number | null;
}

const DAY_MS = 86_400_000;
/** A parcel under way for longer is lost, and says nothing about the current pace. */
const UNDER_WAY_DAYS_MAX = 60;

/**
 * Everything about lanes that predictions use, as of the last event received. Events come in order
 * of time, and a delivery is unknown until `deliver` is called, so nothing can leak from the
 * future.
 */
export class LaneStatistics {
  readonly #usual: UsualTimes;
  readonly #paces: Paces;
  readonly #recent: Recent;
  #underWay: Set<UnderWay> = new Set();
  #day: number | null;

  constructor(
    state: LaneState = {
      usual: new UsualTimes(),
      paces: new Paces(),
      recent: new Recent(),
      day: null,
    },
  ) {
    this.#usual = state.usual;
    this.#paces = state.paces;
    this.#recent = state.recent;
    this.#day = state.day;
  }

  /**
   * Compares a parcel with others, as of `nowMs`. The result stays the same until the next event or
   * day.
   */
  standing(parcel: Omit<Parcel, 'deliveredAt'>, nowMs: number): LaneComparison {
    this.settle(nowMs);
    const keys = groupKeys(parcel);
    const day = dayOf(nowMs);
    const usual = this.#usual.of(keys);
    return { usual, ...this.#paces.of(keys, day), ...this.#recent.of(keys, day) };
  }

  /** The effective number of completed comparable parcels, see `UsualTimes.support`. */
  support(parcel: Omit<Parcel, 'deliveredAt'>): number {
    return this.#usual.support(groupKeys(parcel));
  }

  accept(parcel: Omit<Parcel, 'deliveredAt'>, standing: LaneComparison): UnderWay {
    const keys = groupKeys(parcel);
    const { instantMs } = parcel.handedOverAt;
    this.settle(instantMs);
    this.#recent.accept(keys);
    const underWay = {
      keys,
      handedOverMs: instantMs,
      usual: standing.usual,
      expected: expectedLog(standing),
      deliveredDays: null,
    };
    this.#underWay.add(underWay);
    return underWay;
  }

  /** Records a delivery. `days` is the time in transit by the clocks of both places. */
  deliver(parcel: UnderWay, atMs: number, days: number): void {
    this.settle(atMs);
    parcel.deliveredDays = days;
    const logDays = Math.log(days + 1);
    this.#usual.add(parcel.keys, logDays);
    // Given up already, but delivered nevertheless: its time counts, and it is no longer under way.
    if (!this.#underWay.has(parcel)) this.#recent.accept(parcel.keys);
    this.#recent.deliver(parcel.keys, dayOf(atMs), logDays - parcel.expected);
  }

  /** The state as it is stored in a model, without parcels under way. */
  state(): LaneState {
    return { usual: this.#usual, paces: this.#paces, recent: this.#recent, day: this.#day };
  }

  /** Adds finished days to the life tables. The current day is not complete yet. */
  settle(nowMs: number): void {
    const today = dayOf(nowMs);
    this.#day ??= today;
    for (; this.#day < today; this.#day += 1) this.#close(this.#day);
  }

  #close(day: number): void {
    const startMs = day * DAY_MS;
    const lanes = new Tally();
    for (const { keys } of this.#underWay) lanes.add(keys.lane);
    for (const parcel of this.#underWay) {
      const { handedOverMs, usual, deliveredDays, keys } = parcel;
      const from = Math.max(0, (startMs - handedOverMs) / DAY_MS);
      const untilNow = (startMs + DAY_MS - handedOverMs) / DAY_MS;
      const to = Math.max(from, deliveredDays ?? untilNow);
      const clock = (days: number) => Math.log(days + 1) - usual;
      this.#paces.live(keys, {
        day,
        from: clock(from),
        to: clock(to),
        isDelivered: deliveredDays !== null,
        weight: lanes.weight(keys.lane),
      });
      if (deliveredDays !== null) this.#underWay.delete(parcel);
      else if (untilNow > UNDER_WAY_DAYS_MAX) {
        this.#underWay.delete(parcel);
        this.#recent.giveUp(keys);
      }
    }
  }
}

export interface LaneState {
  readonly usual: UsualTimes;
  readonly paces: Paces;
  readonly recent: Recent;
  /** The day that is not closed yet; null before the first event. */
  readonly day: number | null;
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}
