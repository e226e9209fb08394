import { localTimeAt } from '../calendar/local-date.ts';
import type { PredictionPolicy } from '../policy/policy.ts';
import { type ArrivalCurve, arrivalCurve, atShare, shareBy, stillToCome } from './arrival-curve.ts';
import { modelConfidence, rounded } from './confidence.ts';
import { closureReasons, type Draft, later } from './draft.ts';
import type { ModelCandidate, Reason, Situation } from './prediction.ts';
import type { Today } from './today.ts';
import { fewestDays } from './whole-days.ts';

const DAY_MS = 86_400_000;
/** The share of parcels outside the window that `missedInDays` describes. */
const MISSED = 0.2;
/** The minimum share of a window by the quantiles. */
const HELD_MIN = 0.4;

/** Returns the model's prediction, or the reason why there is none. */
export function fromModel(
  policy: PredictionPolicy,
  situation: Situation,
  today: Today,
  { quantiles, startMs, support, drift, missedInDays }: ModelCandidate,
): Draft | Reason {
  const { shown, confidence: settings } = policy;
  const usual = arrivalCurve(quantiles, startMs);
  if (usual === null) return { code: 'model_unusable' };
  const curve = stillToCome(usual, situation.nowMs);
  const widthDays = (atShare(curve, shown.to) - atShare(curve, shown.from)) / DAY_MS;
  const gone = shareBy(usual, situation.nowMs);
  const confidence = rounded(
    modelConfidence(settings, { widthDays, support, drift }) * knownOf(gone, shown.to),
  );
  if (confidence < settings.model_min) {
    return { code: 'model_unsure', confidence, needed: settings.model_min };
  }
  const isSlow = gone >= shown.to;
  const reasons: Reason[] = isSlow ? [{ code: 'slower_than_usual' }] : [];
  const days = windowOf(curve, shown, missedInDays ?? null, situation, today);
  return { ...days, reasons: [...reasons, ...days.reasons], confidence, late: isSlow };
}

/**
 * How much of the model's support is left, from 0 to 1. A parcel slower than nearly all comparable
 * ones belongs to a few, and its window describes only those few.
 */
function knownOf(gone: number, usualShare: number): number {
  return Math.sqrt(Math.min(1, Math.max(0, 1 - gone) / (1 - usualShare)));
}

function windowOf(
  curve: ArrivalCurve,
  shown: PredictionPolicy['shown'],
  missedInDays: number | null,
  { zone, calendar }: Situation,
  { first, isOver }: Today,
): Pick<Draft, 'date' | 'from' | 'to' | 'reasons'> {
  const dayOf = (share: number) => localTimeAt(atShare(curve, share), zone ?? 'UTC').date;
  const open = (share: number) => calendar.nextDeliveryDay(later(dayOf(share), first));
  const wanted = dayOf(shown.date);
  const window =
    missedInDays === null
      ? { from: open(shown.from), to: open(shown.to) }
      : fewestDays(curve, { held: heldBy(shown, missedInDays), middle: shown.date }, first, {
          zone: zone ?? 'UTC',
          nextDeliveryDay: calendar.nextDeliveryDay,
        });
  return {
    date: open(shown.date),
    ...window,
    reasons: [
      ...(isOver && wanted < first ? [{ code: 'day_over' } as const] : []),
      ...closureReasons(calendar, later(wanted, first), open(shown.date)),
    ],
  };
}

/**
 * The share that the window must contain by the quantiles. If it is to contain more or less than
 * usual, it misses less or more in proportion.
 */
function heldBy({ from, to }: PredictionPolicy['shown'], missedInDays: number): number {
  return Math.max(HELD_MIN, 1 - (1 - (to - from)) * (missedInDays / MISSED));
}
