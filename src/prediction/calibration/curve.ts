/** The quantiles that a model learns: three are shown, the others give the curve its shape. */
export const CURVE_SHARES = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] as const;

/**
 * The distribution of the time in transit, as ln(days + 1). Its points are ascending: for the share
 * 0, for each of `CURVE_SHARES`, in the tail and for the share 1. It is linear between them.
 */
export type Curve = Float64Array;

const SHARES: readonly number[] = [0, ...CURVE_SHARES, 0.98, 0.995, 1];

/**
 * How far the points of the tail lie behind the last quantile, as multiples of the distance between
 * the last two quantiles.
 */
const TAIL = [1.2, 2.6, 4] as const;

/** The minimum distance of two points, so that each has a share of its own. */
const APART = 1e-6;

/** Makes a curve from quantiles in any order: trees of different quantiles may cross. */
export function curveOf(quantiles: ArrayLike<number>): Curve {
  const sorted = Float64Array.from(quantiles).sort();
  const at = (index: number) => sorted[index] ?? 0;
  const last = sorted.length - 1;
  const curve = new Float64Array(SHARES.length);
  curve[0] = at(0) - 2 * (at(1) - at(0)) - 0.15;
  curve.set(sorted, 1);
  for (const [index, times] of TAIL.entries()) {
    curve[last + 2 + index] = at(last) + times * (at(last) - at(last - 1)) + 0.05 * (index + 1);
  }
  for (let index = 1; index < curve.length; index += 1) {
    curve[index] = Math.max(curve[index] ?? 0, (curve[index - 1] ?? 0) + APART);
  }
  return curve;
}

/** The share of parcels that have arrived by the time `logDays`, which is ln(days + 1). */
export function shareBy(curve: Curve, logDays: number): number {
  if (logDays <= (curve[0] ?? 0)) return 0;
  for (let index = 1; index < curve.length; index += 1) {
    const to = curve[index] ?? 0;
    if (logDays >= to) continue;
    const from = curve[index - 1] ?? 0;
    return between(SHARES, index, (logDays - from) / (to - from));
  }
  return 1;
}

/** The time, as ln(days + 1), by which the given share of parcels has arrived. */
export function timeOf(curve: Curve, share: number): number {
  for (let index = 1; index < SHARES.length; index += 1) {
    const to = SHARES[index] ?? 1;
    if (share > to) continue;
    const from = SHARES[index - 1] ?? 0;
    return between(curve, index, (Math.max(share, 0) - from) / (to - from));
  }
  return curve[SHARES.length - 1] ?? 0;
}

function between(values: ArrayLike<number>, index: number, part: number): number {
  const from = values[index - 1] ?? 0;
  return from + part * ((values[index] ?? 0) - from);
}
