import { systemWait, type Wait } from '../clock.ts';
import { BUSY_MS, FIRST_PACE, nextPace, nextSize, restMs } from './pace.ts';

/** Does deferrable work in batches that are small and rare enough to go unnoticed (`pace.ts`). */
export interface Pacer {
  /**
   * Runs batches until one finds less than its limit, or until `mayGoOn` returns false, and returns
   * how many items they did. It rests between batches.
   *
   * @param step does at most that many items and returns how many it did.
   */
  inBatches(
    step: (limit: number) => Promise<number>,
    options: {
      readonly max: number;
      readonly first?: number;
      readonly mayGoOn?: () => boolean;
    },
  ): Promise<number>;
  /** The share of time in which it works, 0 to 1, for a gauge. */
  readonly share: number;
}

export interface PacerOptions {
  /** A small commit, like that of a request waiting for its acknowledgement. */
  readonly commit: () => Promise<unknown>;
  /** True while a stop waits for it, so that it no longer rests. */
  readonly isStopping?: () => boolean;
  readonly wait?: Wait;
  /** Returns milliseconds that only grow. */
  readonly monotonicMs?: () => number;
}

/** The longest rest before `isStopping` is checked again. */
const REST_STEP_MS = 250;
/** The size of the first batch, before anything is measured. */
const FIRST_SIZE = 4;

export function createPacer(options: PacerOptions): Pacer {
  const { commit, isStopping = () => false, wait = systemWait } = options;
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  let pace = FIRST_PACE;

  /** Measures a commit; one that fails counts as very slow. */
  async function commitMs(): Promise<number> {
    const begunMs = monotonicMs();
    try {
      await commit();
    } catch {
      return Math.max(2 * BUSY_MS, monotonicMs() - begunMs);
    }
    return monotonicMs() - begunMs;
  }

  async function rest(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0 && !isStopping(); leftMs -= REST_STEP_MS) {
      await wait(Math.min(leftMs, REST_STEP_MS));
    }
  }

  return {
    get share() {
      return pace.share;
    },
    async inBatches(step, { max, first = FIRST_SIZE, mayGoOn = () => true }) {
      let size = Math.min(first, max);
      let done = 0;
      for (;;) {
        const restingMs = done === 0 ? null : await commitMs();
        const begunMs = monotonicMs();
        const working = restingMs === null ? null : commitMs();
        const many = await step(size);
        const tookMs = monotonicMs() - begunMs;
        done += many;
        if (restingMs !== null && working !== null) {
          pace = nextPace(pace, { restingMs, workingMs: await working });
        }
        if (many < size || !mayGoOn()) return done;
        size = nextSize(size, tookMs, max);
        await rest(restMs(pace, tookMs));
      }
    },
  };
}
