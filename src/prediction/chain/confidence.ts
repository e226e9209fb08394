import type { PredictionPolicy } from '../policy/policy.ts';
import type { PunctualityRecord } from './prediction.ts';

type Settings = PredictionPolicy['confidence'];

/** A narrow window, many comparable parcels and no drift give 1; each shortfall reduces it. */
export function modelConfidence(
  settings: Settings,
  of: { readonly widthDays: number; readonly support: number; readonly drift: number },
): number {
  const width = lessWith(of.widthDays, settings.half_width_days);
  const drift = lessWith(Math.abs(of.drift), settings.half_drift);
  const support = 1 - lessWith(atLeastZero(of.support), settings.half_support);
  return rounded(width * drift * support);
}

/** The prior confidence, replaced by the record as dates come due. */
export function recordConfidence(
  settings: Settings,
  source: 'carrier' | 'rule',
  record: PunctualityRecord | null,
): number {
  const due = record === null ? 0 : atLeastZero(record.due);
  const kept = record === null ? 0 : Math.min(atLeastZero(record.onTime), due);
  const weight = settings.record;
  return rounded((settings[source] * weight + kept) / (weight + due));
}

export function rounded(confidence: number): number {
  return Math.round(Math.min(Math.max(confidence, 0), 1) * 1_000) / 1_000;
}

/** Returns 1 for zero, 0.5 for `half`, and less towards 0 for more; 0 for NaN and infinity. */
function lessWith(value: number, half: number): number {
  return Number.isFinite(value) ? half / (half + Math.max(value, 0)) : 0;
}

function atLeastZero(value: number): number {
  return Number.isFinite(value) ? Math.max(value, 0) : 0;
}
