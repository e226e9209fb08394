import { below, type SeededRandom } from '../../../../kernel/seeded-random.ts';
import { ABSENT, type RouteState } from './route-state.ts';

/** Average number of stops removed at once; about ten works best, for any problem size. */
const RUINED_MEAN = 10;
const STRING_MAX = 10;

/**
 * Removes strings of consecutive stops near a random one (Christiaens and Vanden Berghe, Slack
 * induction by string removals, 2020), which creates slack where it can be used.
 */
export class Ruin {
  /** The absent stops after `ruin`: the first `removed` of them. */
  readonly absent: Int32Array;
  removed = 0;
  readonly #near: Int32Array;
  readonly #width: number;
  readonly #random: SeededRandom;

  constructor(
    stops: number,
    near: { readonly lists: Int32Array; readonly width: number },
    random: SeededRandom,
  ) {
    this.absent = new Int32Array(stops);
    this.#near = near.lists;
    this.#width = near.width;
    this.#random = random;
  }

  /** Stops that were absent before stay absent and are listed first. */
  ruin(state: RouteState): void {
    const { stops, vehicles } = state.problem;
    this.removed = 0;
    for (let stop = 0; stop < stops && this.removed < state.absent; stop += 1) {
      if (state.route[stop] === ABSENT) this.absent[this.removed++] = stop;
    }
    const placed = stops - this.removed;
    const stringMax = Math.max(1, Math.min(STRING_MAX, placed / vehicles));
    const strings =
      1 + below(this.#random, Math.max(1, Math.floor((4 * RUINED_MEAN) / (1 + stringMax))));
    const seed =
      this.removed > 0 && below(this.#random, 2) === 0
        ? (this.absent[below(this.#random, this.removed)] as number)
        : below(this.#random, stops);
    let cut = 0;
    for (let nr = -1; nr < this.#width && cut < strings; nr += 1) {
      const stop = nr < 0 ? seed : (this.#near[seed * this.#width + nr] as number);
      if (state.route[stop] === ABSENT) continue;
      this.#removeString(state, stop, stringMax);
      cut += 1;
    }
  }

  #removeString(state: RouteState, stop: number, stringMax: number): void {
    const random = this.#random;
    const { stops } = state.problem;
    const count = state.count[state.route[stop] as number] as number;
    const length = 1 + below(random, Math.min(count, Math.floor(stringMax)));
    // Sometimes keeps a few in the middle.
    let spared = 0;
    if (length > 1 && below(random, 2) === 0) {
      while (length + spared < count && below(random, 100) >= 50) spared += 1;
    }
    const spareFrom = spared > 0 ? 1 + below(random, length - 1) : length;
    let at = stop;
    for (let back = below(random, length + spared); back > 0; back -= 1) {
      const before = state.prev[at] as number;
      if (before >= stops) break;
      at = before;
    }
    for (let nr = 0; nr < length + spared && at < stops; nr += 1) {
      const successor = state.next[at] as number;
      if (nr < spareFrom || nr >= spareFrom + spared) {
        state.remove(at);
        this.absent[this.removed++] = at;
      }
      at = successor;
    }
  }
}
