import { clockOfMinutes, localTimeAt } from '../calendar/local-date.ts';
import type { Prediction } from '../chain/prediction.ts';
import type { PredictionPolicy } from '../policy/policy.ts';
import { bestProfile, type DayWindow, type Profiles, windowOfDay } from './day-window.ts';

/** What is known about a parcel's last leg. */
export interface LastLeg {
  readonly nowMs: number;
  /** IANA zone of the destination. */
  readonly zone: string;
  /** No deliveries from this minute of the day on. */
  readonly lastDeliveryMinutes: number;
  readonly profiles: Profiles;
}

/**
 * The prediction with a window within the day, while the parcel is out for delivery. A carrier's
 * own hours stand; with no basis for hours, or if nothing more comes today, the prediction does not
 * change.
 *
 * Its day becomes today, because a loaded parcel is meant to be delivered: another day than the
 * one that was predicted is the rule's.
 */
export function outForDelivery(
  policy: PredictionPolicy,
  prediction: Prediction,
  leg: LastLeg,
): Prediction {
  const { date: today, minutes: now } = localTimeAt(leg.nowMs, leg.zone);
  const settings = policy.last_mile;
  const best = bestProfile(leg.profiles, settings.deliveries_min);
  if (best === null || hasCarrierHours(prediction)) return prediction;
  const window = windowOfDay(settings, best.profile, now, leg.lastDeliveryMinutes);
  if (window === null) return prediction;
  const isSameDay = prediction.date === today;
  return {
    ...prediction,
    date: today,
    ...localWindow(today, window),
    source: isSameDay ? prediction.source : 'rule',
    confidence: isSameDay ? prediction.confidence : policy.confidence.rule,
    reasons: [...prediction.reasons, { code: 'out_for_delivery', by: best.level }],
  };
}

function hasCarrierHours({ source, from, to }: Prediction): boolean {
  return source === 'carrier' && [from, to].some((time) => time?.includes('T'));
}

function localWindow(today: string, { from, to }: DayWindow): { from: string; to: string } {
  return { from: `${today}T${clockOfMinutes(from)}`, to: `${today}T${clockOfMinutes(to)}` };
}
