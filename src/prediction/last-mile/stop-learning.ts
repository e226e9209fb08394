import type { LogWindow } from '../road/quantile-trees.ts';
import { type DrivenRide, type DriveTime, MINUTE_MS, type RoadPoint } from '../road/ride/ride.ts';
import { rideOf } from '../road/roads.ts';
import { WindowCalibrator } from '../road/window-calibrator.ts';

/** The work at a stop: one parcel, several, or one that needs proof. */
type StopKind = 'one' | 'several' | 'proof';

/** A finished stop and the leg to it. */
export interface FinishedLeg {
  readonly courier: string;
  readonly from: RoadPoint;
  readonly to: RoadPoint;
  /** When the last parcel of the previous stop was handed over, and of this one. Epoch ms. */
  readonly leftMs: number;
  readonly doneMs: number;
  readonly kind: StopKind;
}

export type Dwells = Readonly<Record<StopKind, DriveTime>>;

/** Without learned values: parking, ringing, waiting, handing over, scanning. */
export const USUAL_DWELLS: Dwells = {
  one: { p10Min: 1, p50Min: 2.5, p90Min: 6 },
  several: { p10Min: 1.5, p50Min: 3.5, p90Min: 8 },
  proof: { p10Min: 1.5, p50Min: 3.5, p90Min: 8 },
};

/** With fewer finished stops of a kind, nothing is learned about it. */
const STOPS_MIN = 30;
const DWELL_LEAST_MIN = 0.2;
const DWELL_MOST_MIN = 60;

/** Converts legs to rides by subtracting the usual time at the stop. */
export function ridesOf(legs: readonly FinishedLeg[], dwells: Dwells): DrivenRide[] {
  return legs
    .flatMap(({ courier, from, to, leftMs, doneMs, kind }) => {
      const endMs = doneMs - dwells[kind].p50Min * MINUTE_MS;
      if (endMs - leftMs < MINUTE_MS / 4) return [];
      return [{ ...rideOf(from, to, { courier, vehicle: 'van', atMs: leftMs }), endMs }];
    })
    .sort((a, b) => a.atMs - b.atMs);
}

/**
 * Learns the times at stops, by kind: finished legs minus the expected drives.
 *
 * @param drives the expected drives of the same legs.
 */
export function learnDwells(legs: readonly FinishedLeg[], drives: readonly DriveTime[]): Dwells {
  const dwellMinutes = legs.map(({ leftMs, doneMs }, index) => {
    const minutes = (doneMs - leftMs) / MINUTE_MS - (drives[index]?.p50Min ?? 0);
    return Math.min(DWELL_MOST_MIN, Math.max(DWELL_LEAST_MIN, minutes));
  });
  const of = (kind: StopKind): DriveTime => {
    const found = dwellMinutes
      .filter((_, index) => legs[index]?.kind === kind)
      .sort((a, b) => a - b);
    if (found.length < STOPS_MIN) return USUAL_DWELLS[kind];
    const at = (share: number) => found[Math.floor(share * (found.length - 1))] ?? 0;
    return { p10Min: at(0.1), p50Min: at(0.5), p90Min: at(0.9) };
  };
  return { one: of('one'), several: of('several'), proof: of('proof') };
}

/** A stop's prediction, and when it was done. */
interface JudgedStop {
  readonly predicted: DriveTime;
  readonly predictedAtMs: number;
  readonly doneMs: number;
}

const DAY_MS = 86_400_000;
/** Minutes are calibrated as logarithms with this offset: the last minute says little. */
const SOON_MIN = 0.5;
const LEAST_APART = 0.01;

/**
 * Returns a function that stretches windows by the results of the last days; `stops` may be in any
 * order.
 */
export function calibrationOf(stops: readonly JudgedStop[]): (drive: DriveTime) => DriveTime {
  const calibrator = new WindowCalibrator();
  let day = Number.NaN;
  for (const { predicted, predictedAtMs, doneMs } of stops.toSorted(
    (a, b) => a.doneMs - b.doneMs,
  )) {
    const of = Math.floor(doneMs / DAY_MS);
    if (of !== day && !Number.isNaN(day)) calibrator.closeDay();
    day = of;
    const tookMin = Math.max(0, (doneMs - predictedAtMs) / MINUTE_MS);
    calibrator.record(logWindow(predicted), predicted.p50Min, Math.log(tookMin + SOON_MIN));
  }
  if (!Number.isNaN(day)) calibrator.closeDay();
  return (drive) => {
    const { low, middle, high } = calibrator.apply(logWindow(drive), drive.p50Min);
    const minutes = (log: number) => Math.max(0, Math.exp(log) - SOON_MIN);
    return { p10Min: minutes(low), p50Min: minutes(middle), p90Min: minutes(high) };
  };
}

function logWindow({ p10Min, p50Min, p90Min }: DriveTime): LogWindow {
  const middle = Math.log(p50Min + SOON_MIN);
  return {
    low: Math.min(Math.log(Math.max(0, p10Min) + SOON_MIN), middle - LEAST_APART),
    middle,
    high: Math.max(Math.log(p90Min + SOON_MIN), middle + LEAST_APART),
  };
}
