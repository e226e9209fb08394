import { z } from 'zod';

/** C0 and C1, DEL among them: line breaks, tabs, NUL, escapes. */
const CONTROL = /\p{Cc}/u;
const CONTROL_BUT_LINE_FEED = /[^\P{Cc}\n]/u;

/**
 * A text of 1 to `charsMax` characters after blanks at its ends are cut off, on one line: it may
 * become a header, a line of a log or of a CSV file, where a control character means something.
 */
export function text(charsMax: number) {
  return without(CONTROL, z.string().trim().min(1).max(charsMax));
}

/** The same on several lines. */
export function longText(charsMax: number) {
  return without(CONTROL_BUT_LINE_FEED, z.string().trim().min(1).max(charsMax));
}

function without(control: RegExp, schema: z.ZodString) {
  return schema.refine((value) => !control.test(value), {
    error: 'Remove it.',
    params: { reason: 'Contains a control character, such as a line break or a tab.' },
  });
}

/** Keys are short names, values are scalars: metadata is for finding things again, not storage. */
const METADATA_KEYS_MAX = 50;
export const METADATA_KEY_CHARS_MAX = 64;
export const METADATA_TEXT_CHARS_MAX = 500;

export const metadata = z
  .record(
    without(CONTROL, z.string().min(1).max(METADATA_KEY_CHARS_MAX)),
    z.union([z.string().max(METADATA_TEXT_CHARS_MAX), z.number(), z.boolean()], {
      error: `Send a text of at most ${METADATA_TEXT_CHARS_MAX} characters, a number, true or false.`,
    }),
  )
  .refine(
    (value) => Object.keys(value).length <= METADATA_KEYS_MAX,
    `Send at most ${METADATA_KEYS_MAX} keys.`,
  )
  .meta({ example: { shop: 'berlin', basket: 4711, gift: true } });

const TAGS_MAX = 50;
export const tags = z
  .array(text(64))
  .max(TAGS_MAX)
  .meta({ example: ['spring-sale'] });
