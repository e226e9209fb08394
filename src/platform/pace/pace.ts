/**
 * How deferrable work yields. It measures how long a small commit takes, once during a rest and
 * once during work: a push that waits for its acknowledgement shares the same disk, processor and
 * event loop. Pure.
 */
export interface Pace {
  /** The share of its time in which it works. */
  readonly share: number;
  /**
   * Duration of a commit during rests, the mean of about the last twenty; ms. Null: not known yet.
   */
  readonly usualMs: number | null;
  /** The same of the last few while it worked. */
  readonly besideMs: number | null;
}

/** Duration of a commit just before a batch, and during it; ms. */
export interface CommitTimes {
  readonly restingMs: number;
  readonly workingMs: number;
}

export const SHARE_MAX = 0.5;
/** It always makes some progress: due work must be done some day, whatever the load. */
export const SHARE_MIN = 0.04;
/** Before any measurement it works as if it disturbed nobody: the first batches are small. */
export const FIRST_PACE: Pace = { share: SHARE_MAX, usualMs: null, besideMs: null };

/** The factor by which it may slow others down stays below this. */
const STRAIN_MAX = 1.25;
/** Delays below this go unnoticed. */
const UNNOTICED_MS = 4;
/** A hub whose commits take this long is overloaded, whatever the cause. */
export const BUSY_MS = 40;
const USUAL_PART = 0.05;
const BESIDE_PART = 0.3;
/** Down fast, up slowly: a sweep can easily spare a hundred batches. */
const LESS = 0.6;
const MORE = 1.1;

/** The pace of the next batch. */
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
 * When batches take long because the machine is full, the share alone would allow only a few a
 * minute; one small batch a second is unnoticeable.
 */
const REST_MS_MAX = 1_000;

/** How long it rests after a batch that took this long; ms. */
export function restMs({ share }: Pace, workedMs: number): number {
  return Math.min(workedMs * (1 / share - 1), REST_MS_MAX);
}

/** A batch should end before anybody who waits for it notices. */
const BATCH_MS = 25;
const GROWS_MAX = 1.5;
const SHRINKS_MAX = 0.5;

/** The size of the next batch, after one of `size` that took `tookMs`: 1 to `max`. */
export function nextSize(size: number, tookMs: number, max: number): number {
  const wanted = tookMs > 0 ? BATCH_MS / tookMs : GROWS_MAX;
  const factor = Math.min(Math.max(wanted, SHRINKS_MAX), GROWS_MAX);
  const next = factor > 1 ? Math.ceil(size * factor) : Math.floor(size * factor);
  return Math.min(Math.max(next, 1), max);
}
