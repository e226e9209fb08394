import type { Calibrator } from '../calibration/calibrator.ts';
import type { Curve } from '../calibration/curve.ts';
import type { CodeBook } from '../features/code-book.ts';
import type { Forest } from '../gbdt/index.ts';
import { expectedLog } from '../lanes/comparison.ts';
import type { LaneStatistics } from '../lanes/lane-statistics.ts';
import type { OpenParcel } from '../sample/parcel.ts';
import type { Ahead } from '../stage/stage-features.ts';
import { calibrationGroup } from './calibration-group.ts';
import { curveFor } from './forests.ts';

const DAY_MS = 86_400_000;

/** What dates at the hand-over are computed with. */
export interface LearnedAtHandOver {
  readonly statistics: LaneStatistics;
  readonly calibrator: Calibrator;
  readonly book: CodeBook;
  readonly forests: readonly Forest[];
}

/**
 * The remaining time of a parcel at a moment en route, given only its hand-over.
 *
 * @param at `nowMs`: what other parcels have shown by then; `wallMs`: the moment, in local time
 *   there.
 * @param curve the parcel's, if already known.
 */
export function aheadOf(
  { statistics, calibrator, book, forests }: LearnedAtHandOver,
  parcel: OpenParcel,
  at: { readonly nowMs: number; readonly wallMs: number },
  curve?: Curve,
): Ahead {
  const { wallMs: handedOverWallMs } = parcel.handedOverAt;
  const elapsedDays = Math.max(0, (at.wallMs - handedOverWallMs) / DAY_MS);
  const curveNow = (): Curve => {
    const standing = statistics.standing(parcel, at.nowMs);
    return curveFor(forests, book.encode({ parcel, standing }), expectedLog(standing));
  };
  const when = { nowMs: at.nowMs, handedOverWallMs };
  const group = calibrationGroup(parcel);
  const daysAt = calibrator.daysAt(curve ?? curveNow(), group, when, elapsedDays);
  const ahead = (share: number) => daysAt(share) - elapsedDays;
  return [ahead(0.1), ahead(0.5), ahead(0.9)];
}
