import { z } from 'zod';
import type { Prediction, ReasonCode, Source } from '../chain/prediction.ts';
import type { LocalDate } from './local-date.ts';
import type { DayFormats, PredictionTexts } from './window-words.ts';
/** Why a date moved. The codes are stable. */
export type MovedWhy =
  | {
      readonly code: 'carrier' | 'out_for_delivery' | 'day_over' | 'late' | 'slower' | 'faster';
    }
  /** The earlier date was the carrier's; the parcel itself has not changed. */
  | { readonly code: 'estimate' }
  /** What the carrier reported: a reason of the shipment's (`sub_status`). */
  | { readonly code: 'reported'; readonly reason: string }
  | { readonly code: 'holiday' | 'weekend'; readonly date: LocalDate };

const LATE: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  ...(['carrier_passed', 'rule_passed', 'promise_passed', 'slower_than_usual'] as const),
  'carrier_hours_passed',
]);

/**
 * Returns the best reason in the new prediction for a different date; null if the date did not
 * move.
 *
 * @param reported the reason in the newest report, if it holds the parcel up; else null.
 */
export function whyMoved(
  before: { readonly date: LocalDate | null; readonly source: Source | null },
  after: Prediction,
  reported: string | null,
): MovedWhy | null {
  if (before.date === null || after.date === null || before.date === after.date) return null;
  const isLater = after.date > before.date;
  if (isLater && reported !== null) return { code: 'reported', reason: reported };
  const { reasons, source } = after;
  const has = (code: ReasonCode) => reasons.some((reason) => reason.code === code);
  if (has('out_for_delivery')) return { code: 'out_for_delivery' };
  if (source === 'carrier') return { code: 'carrier' };
  const wasCarriersDate = before.source === 'carrier';
  if (!isLater) return { code: wasCarriersDate ? 'estimate' : 'faster' };
  for (const reason of reasons) {
    const isClosed = reason.code === 'holiday' || reason.code === 'weekend';
    // A closure after the previously expected day did not move it.
    if (isClosed && reason.date === before.date) return { code: reason.code, date: reason.date };
  }
  if (reasons.some(({ code }) => LATE.has(code))) return { code: 'late' };
  if (has('day_over')) return { code: 'day_over' };
  return { code: wasCarriersDate ? 'estimate' : 'slower' };
}

/**
 * Returns the reason as a whole sentence.
 *
 * @param reasonInWords the page's text for the carrier's reason; null if it has none: then the
 *   sentence says that the parcel is slower.
 */
export function whyInWords(
  why: MovedWhy,
  { moved }: PredictionTexts,
  formats: DayFormats,
  reasonInWords: (reason: string) => string | null,
): string {
  if (why.code === 'reported') {
    const reason = reasonInWords(why.reason);
    return reason === null ? moved.slower : moved.reported({ reason });
  }
  if (why.code === 'holiday' || why.code === 'weekend') {
    return moved[why.code]({ date: formats.day(why.date) ?? why.date });
  }
  return moved[why.code];
}
const storedReason: z.ZodType<MovedWhy> = z.union([
  z.object({
    code: z.enum(['carrier', 'out_for_delivery', 'day_over', 'late', 'slower', 'faster']),
  }),
  z.object({ code: z.literal('estimate') }),
  z.object({ code: z.literal('reported'), reason: z.string() }),
  z.object({ code: z.enum(['holiday', 'weekend']), date: z.string() }),
]);

/** `whyInWords` of a reason as it was stored; null for one that this version does not know. */
export function storedWhyInWords(
  stored: unknown,
  texts: PredictionTexts,
  formats: DayFormats,
  reasonInWords: (reason: string) => string | null,
): string | null {
  const read = storedReason.safeParse(stored);
  return read.success ? whyInWords(read.data, texts, formats, reasonInWords) : null;
}
