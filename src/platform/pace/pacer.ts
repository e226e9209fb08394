import { systemWait, type Wait } from '../clock.ts';

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

interface PacerOptions {
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

/**
 * Creates a pacer, which times a small commit of its own during a rest and during a batch, and
 * rests longer when the work slows commits down.
 */
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
        const count = await step(size);
        const tookMs = monotonicMs() - begunMs;
        done += count;
        if (restingMs !== null && working !== null) {
          pace = nextPace(pace, { restingMs, workingMs: await working });
        }
        if (count < size || !mayGoOn()) return done;
        size = nextSize(size, tookMs, max);
        await rest(restMs(pace, tookMs));
      }
    },
  };
}

/**
 * How deferrable work yields to other work. It measures how long a small commit takes, once during
 * a rest and once during work: an incoming push that waits for its commit shares the same disk,
 * processor and event loop. Pure.
 */
export interface Pace {
  /** The share of time in which it works. */
  readonly share: number;
  /**
   * The duration of a commit during rests, in ms: the mean of about the last twenty. Null: not
   * known yet.
   */
  readonly usualMs: number | null;
  /** The duration of a commit during the last few batches, in ms; null: not known yet. */
  readonly besideMs: number | null;
}

/** The duration of a commit just before a batch, and during it, in ms. */
interface CommitTimes {
  readonly restingMs: number;
  readonly workingMs: number;
}

export const SHARE_MAX = 0.5;
/** The least share: due work must be done some day, whatever the load. */
export const SHARE_MIN = 0.04;
/** The pace before any measurement; harmless, because the first batches are small. */
export const FIRST_PACE: Pace = { share: SHARE_MAX, usualMs: null, besideMs: null };

/** The factor by which it may slow others down. */
const STRAIN_MAX = 1.25;
/** Delays below this go unnoticed. */
const UNNOTICED_MS = 4;
/** If commits take this long, the hub is overloaded, whatever the cause. */
export const BUSY_MS = 40;
const USUAL_PART = 0.05;
const BESIDE_PART = 0.3;
/** The share falls fast and rises slowly: a sweep can easily spare a hundred batches. */
const LESS = 0.6;
const MORE = 1.1;

/** Returns the pace of the next batch. */
export function nextPace(pace: Pace, { restingMs, workingMs }: CommitTimes): Pace {
  const usualMs = mean(pace.usualMs, restingMs, USUAL_PART);
  const besideMs = mean(pace.besideMs, workingMs, BESIDE_PART);
  const isFelt = besideMs > Math.max(STRAIN_MAX * usualMs, UNNOTICED_MS) || usualMs > BUSY_MS;
  const share = isFelt
    ? Math.max(SHARE_MIN, pace.share * LESS)
    : Math.min(SHARE_MAX, pace.share * MORE);
  return { share, usualMs, besideMs };
}

function mean(before: number | null, now: number, part: number): number {
  return before === null ? now : before + part * (now - before);
}

/**
 * The longest rest. If batches take long because the machine is busy, the share alone would allow
 * only a few per minute; one small batch per second is unnoticeable.
 */
const REST_MS_MAX = 1_000;

/** Returns the rest after a batch that took this long, in ms. */
export function restMs({ share }: Pace, workedMs: number): number {
  return Math.min(workedMs * (1 / share - 1), REST_MS_MAX);
}

/** The duration at which batches aim, too short for anybody to notice the wait. */
const BATCH_MS = 25;
const GROWS_MAX = 1.5;
const SHRINKS_MAX = 0.5;

/** Returns the size of the next batch, 1 to `max`, after one of `size` that took `tookMs`. */
export function nextSize(size: number, tookMs: number, max: number): number {
  const wanted = tookMs > 0 ? BATCH_MS / tookMs : GROWS_MAX;
  const factor = Math.min(Math.max(wanted, SHRINKS_MAX), GROWS_MAX);
  const next = factor > 1 ? Math.ceil(size * factor) : Math.floor(size * factor);
  return Math.min(Math.max(next, 1), max);
}
