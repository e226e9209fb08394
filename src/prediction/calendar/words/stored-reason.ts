import { z } from 'zod';
import type { DayFormats } from './formats.ts';
import { type MovedWhy, whyInWords } from './moved-words.ts';
import type { PredictionTexts } from './texts.ts';

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
