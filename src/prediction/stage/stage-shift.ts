import { type Curve, shareBy } from '../calibration/curve.ts';
import { LevelShift } from '../calibration/level-shift.ts';
import type { LifeTable } from '../lanes/life-table.ts';
import { logDays } from './leg-history.ts';

/** A prediction on the way whose parcel has not come yet, or came today. */
export interface WatchedStage {
  readonly status: string;
  readonly ms: number;
  readonly curve: Curve;
  /** Days from `ms` to the delivery; null while it is not delivered. */
  takenDays: number | null;
}

const DAY_MS = 86_400_000;
const UNDER_WAY_DAYS_MAX = 60;

/**
 * Where on the curves of each status parcels really arrive these days. Told in the order of time;
 * learns from a day when it has ended.
 */
export class StageShift {
  readonly #shift: LevelShift;
  readonly #watched = new Set<WatchedStage>();
  #day: number | null;

  constructor(tables: Map<string, LifeTable> = new Map(), day: number | null = null) {
    this.#shift = new LevelShift(tables);
    this.#day = day;
  }

  watch(status: string, ms: number, curve: Curve): WatchedStage {
    const watched = { status, ms, curve, takenDays: null };
    this.#watched.add(watched);
    return watched;
  }

  /** At which share a curve is to be read so that `wanted` have arrived. */
  reader(status: string, nowMs: number): (wanted: number) => number {
    this.settle(nowMs);
    return this.#shift.reader(status, dayOf(nowMs));
  }

  /** Learns from all days that have ended by then. */
  settle(nowMs: number): void {
    const today = dayOf(nowMs);
    this.#day ??= today;
    for (; this.#day < today; this.#day += 1) this.#close(this.#day);
  }

  state(): { readonly day: number | null; readonly tables: [string, LifeTable][] } {
    return { day: this.#day, tables: this.#shift.entries() };
  }

  #close(day: number): void {
    for (const stage of this.#watched) {
      const { status, ms, curve, takenDays } = stage;
      const from = Math.max(0, day - ms / DAY_MS);
      const untilNow = day + 1 - ms / DAY_MS;
      const to = Math.max(from, takenDays ?? untilNow);
      const isDelivered = takenDays !== null;
      this.#shift.live(status, {
        ...{ day, isDelivered, weight: 1 },
        from: from === 0 ? 0 : shareBy(curve, logDays(from)),
        to: shareBy(curve, logDays(to)),
      });
      if (isDelivered || untilNow > UNDER_WAY_DAYS_MAX) this.#watched.delete(stage);
    }
  }
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS);
}
