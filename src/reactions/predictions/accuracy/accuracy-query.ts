import type { Status } from '../../../kernel/status.ts';

/** Dimensions by which figures can be grouped. */
export const ACCURACY_BY = [
  'carrier',
  'lane',
  'stage',
  'service_level',
  'month',
  'source',
] as const;
export type AccuracyBy = (typeof ACCURACY_BY)[number];

/**
 * Which of a parcel's shown dates is judged: the first; the last before delivery; the one shown
 * when we learned of the hand-over; or the last that was first shown in each stage.
 */
export const ACCURACY_AT = ['first', 'last', 'hand_over', 'stage'] as const;
export type AccuracyAt = (typeof ACCURACY_AT)[number];

/** Whose dates: ours as shown, the carrier's, the merchant's promise to the customer. */
export const WHOSE = ['ours', 'carrier', 'promise'] as const;
export type Whose = (typeof WHOSE)[number];

export interface AccuracyQuery {
  /** Days of delivery at the destination, both inclusive: `2026-11-20`. */
  readonly from: string;
  readonly to: string;
  /** `stage`: only with `by: 'stage'` or a stage, or parcels would count more than once. */
  readonly at: AccuracyAt;
  /** Null: one group for all. */
  readonly by: AccuracyBy | null;
  readonly carrier: string | null;
  readonly lane: string | null;
  readonly serviceLevel: string | null;
  /** The parcel's status when the date was first shown. */
  readonly stage: Status | null;
  /** Groups at most: the newest months, else those with most parcels. */
  readonly limit: number;
}
