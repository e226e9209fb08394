/** The number of calls may differ from the requested number by this share. */
const TOLERANCE = 0.002;
const TRIES_MAX = 28;

export interface Calibrated<T> {
  readonly at: number;
  readonly outcome: T;
}

/**
 * The setting (a price, a pause) at which `run` makes `target` calls; calls fall as it rises.
 * Halves on a log scale between the nearest settings that made too many and too few, guided by
 * the line between them. Of few parcels calls move in steps, so the nearest found is the answer.
 */
export function calibrate<T>(
  run: (setting: number) => { readonly calls: number; readonly outcome: T },
  target: number,
  guess: number,
  bounds: { readonly least: number; readonly most: number },
): Calibrated<T> {
  let tooMany = { at: Math.log(bounds.least), calls: Number.POSITIVE_INFINITY };
  let tooFew = { at: Math.log(bounds.most), calls: 0 };
  let next = Math.log(guess);
  let nearest: (Calibrated<T> & { readonly off: number }) | null = null;
  for (let nr = 0; nr < TRIES_MAX; nr += 1) {
    const { calls, outcome } = run(Math.exp(next));
    const off = Math.abs(calls / target - 1);
    if (nearest === null || off < nearest.off) nearest = { at: Math.exp(next), outcome, off };
    if (off <= TOLERANCE || tooFew.at - tooMany.at < 1e-6) break;
    if (calls > target) tooMany = { at: next, calls };
    else tooFew = { at: next, calls };
    next = between(tooMany, tooFew, { at: next, calls }, target);
  }
  if (nearest === null) throw new RangeError('calibrate needs an attempt');
  return { at: nearest.at, outcome: nearest.outcome };
}

interface Point {
  /** Logarithm of the setting. */
  readonly at: number;
  readonly calls: number;
}

function between(tooMany: Point, tooFew: Point, last: Point, target: number): number {
  const width = tooFew.at - tooMany.at;
  const bracketed = Number.isFinite(tooMany.calls) && tooFew.calls > 0;
  // Calls go with about the root of a price; inside a bracket with the line between its ends.
  const guess = bracketed
    ? tooMany.at +
      (width * Math.log(tooMany.calls / target)) / Math.log(tooMany.calls / tooFew.calls)
    : last.at + 2.2 * Math.log(Math.max(last.calls, 1e-9) / target);
  const margin = bracketed ? 0.02 * width : 0;
  return Math.min(tooFew.at - margin, Math.max(tooMany.at + margin, guess));
}
