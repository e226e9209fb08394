import { z } from 'zod';
import { CONTROL, text, without } from '../../../kernel/wire/given-text.ts';

export { longText, text } from '../../../kernel/wire/given-text.ts';

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
