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
  /** The same during the last few batches. */
  readonly besideMs: number | null;
}

/** The duration of a commit just before a batch, and during it, in ms. */
export interface CommitTimes {
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
