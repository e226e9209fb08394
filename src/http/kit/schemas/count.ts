import { z } from 'zod';
import { issueText } from '../../../kernel/wire/explain-issues.ts';

/** A whole number in a query, within bounds. */
export function count(min: number, max: number, unstated: number) {
  const wanted = issueText({ 'values.useIntegerInRange': { min, max } });
  return z
    .string()
    .regex(/^\d{1,6}$/, wanted)
    .transform(Number)
    .refine((value) => value >= min && value <= max, wanted)
    .default(unstated)
    .meta({
      override: {
        type: 'integer',
        pattern: undefined,
        minimum: min,
        maximum: max,
        default: unstated,
      },
    });
}
