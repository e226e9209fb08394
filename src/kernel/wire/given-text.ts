import { z } from 'zod';
import { issueText } from './explain-issues.ts';

/** C0 and C1, including DEL: line breaks, tabs, NUL, escapes. */
export const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LINE_FEED = /[^\P{Cc}\n]/u;

/**
 * A text of 1 to `charsMax` characters on one line, without blanks at its ends. It may become a
 * header, or a line of a log or a CSV file, where control characters have a meaning.
 */
export function text(charsMax: number) {
  return without(CONTROL, z.string().trim().min(1).max(charsMax));
}

/** The same, on several lines. */
export function longText(charsMax: number) {
  return without(CONTROL_BUT_LINE_FEED, z.string().trim().min(1).max(charsMax));
}

/** Rejects texts in which the expression matches, and says so. */
export function without(control: RegExp, schema: z.ZodString) {
  return schema.refine((value) => !control.test(value), {
    error: issueText('values.remove'),
    params: { reason: issueText('values.containsControlCharacter') },
  });
}
