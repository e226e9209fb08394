/** A point of a distribution: the share of comparable parcels that have arrived by `atMs`. */
export interface Quantile {
  readonly share: number;
  readonly atMs: number;
}

/**
 * The distribution of a parcel's arrival, made from quantiles: linear between them, with an
 * exponential tail after the last one.
 */
export interface ArrivalCurve {
  /** Ascending; the first has share 0: nothing arrives before it. */
  readonly points: readonly [Quantile, ...Quantile[]];
  /** Mean remaining time after the last point. */
  readonly tailMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The shortest tail. With coinciding quantiles, nothing would ever arrive later. */
const TAIL_MS_MIN = 6 * HOUR_MS;
const TAIL_MS_MAX = 60 * DAY_MS;
/** The longest transit time. A longer one comes from a broken clock. */
const SPAN_MS_MAX = 366 * DAY_MS;
/** The highest share that is predicted: the last parcel in ten thousand is left out. */
const SHARE_MAX = 0.9999;

/**
 * Makes a curve from quantiles, sorting those that cross; null if they are unusable.
 *
 * @param startMs the time before which nothing arrives: acceptance, or the time of the
 *   quantiles.
 */
export function arrivalCurve(quantiles: readonly Quantile[], startMs: number): ArrivalCurve | null {
  if (quantiles.length < 2 || !Number.isFinite(startMs)) return null;
  const points: [Quantile, ...Quantile[]] = [{ share: 0, atMs: startMs }];
  let before: Quantile = points[0];
  for (const { share, atMs } of quantiles.toSorted((a, b) => a.share - b.share)) {
    if (!(share > before.share && share < 1 && Math.abs(atMs - startMs) <= SPAN_MS_MAX))
      return null;
    before = { share, atMs: Math.max(atMs, before.atMs) };
    points.push(before);
  }
  return { points, tailMs: tailOf(points) };
}

/** The mean time of the tail, which continues the pace between the last two quantiles. */
function tailOf(points: readonly Quantile[]): number {
  const [from, to] = points.slice(-2);
  if (from === undefined || to === undefined) return TAIL_MS_MIN;
  const mean = (to.atMs - from.atMs) / Math.log((1 - from.share) / (1 - to.share));
  return Math.min(Math.max(mean, TAIL_MS_MIN), TAIL_MS_MAX);
}

/** The share of parcels that have arrived by `ms`. */
export function shareBy({ points, tailMs }: ArrivalCurve, ms: number): number {
  const next = points.findIndex(({ atMs }) => atMs > ms);
  if (next === 0) return 0;
  const from = points[(next === -1 ? points.length : next) - 1] ?? points[0];
  const to = points[next];
  if (to === undefined) return 1 - (1 - from.share) * Math.exp(-(ms - from.atMs) / tailMs);
  const part = (ms - from.atMs) / (to.atMs - from.atMs);
  return from.share + (to.share - from.share) * part;
}

/** The time by which the given share of parcels has arrived. */
export function timeAtShare({ points, tailMs }: ArrivalCurve, share: number): number {
  const wanted = Math.min(Math.max(share, 0), SHARE_MAX);
  const next = points.findIndex((point) => point.share >= wanted);
  if (next === 0) return points[0].atMs;
  const from = points[(next === -1 ? points.length : next) - 1] ?? points[0];
  const to = points[next];
  if (to === undefined) return from.atMs + tailMs * Math.log((1 - from.share) / (1 - wanted));
  const part = (wanted - from.share) / (to.share - from.share);
  return from.atMs + (to.atMs - from.atMs) * part;
}

/** Returns the curve of a parcel that has not arrived by `nowMs`. */
export function stillToCome(curve: ArrivalCurve, nowMs: number): ArrivalCurve {
  const [start, ...later] = curve.points;
  if (nowMs <= start.atMs) return curve;
  const gone = shareBy(curve, nowMs);
  const ahead = later.filter(({ atMs }) => atMs > nowMs);
  const rest = ahead.map(({ share, atMs }) => ({ share: (share - gone) / (1 - gone), atMs }));
  return { points: [{ share: 0, atMs: nowMs }, ...rest], tailMs: curve.tailMs };
}
