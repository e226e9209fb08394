import { z } from 'zod';
import { parseJson } from './json.ts';

/**
 * Reading JSON that others write: a member that is missing, of another type or absurdly long is
 * absent, never an error. Adapters build their `schema.ts` from these and name only the fields they
 * use.
 */

/** Longer free texts of a carrier are cut. */
const TEXT_CHARS_MAX = 500;
/** Longer than any code or number in use; a "code" beyond it is some other thing. */
const CODE_CHARS_MAX = 64;

const stringOrNumber = z.union([z.string(), z.number()]);

/**
 * Text, or a number converted to text; trimmed, storable, cut at 500 characters; blank is absent.
 */
export const looseText = stringOrNumber
  .transform((value) => storable(String(value)).slice(0, TEXT_CHARS_MAX))
  .transform((value) => absentIfEmpty(storable(value)))
  .optional()
  .catch(undefined);

/**
 * A code or number: like text, but one longer than 64 characters is absent, not cut, and invisible
 * characters are removed, so that codes that look the same are the same.
 */
export const looseCode = stringOrNumber
  .transform((value) => storable(String(value).replace(/\p{Cf}/gu, '')))
  .transform((value) => (value.length > CODE_CHARS_MAX ? undefined : absentIfEmpty(value)))
  .optional()
  .catch(undefined);

/**
 * What is written where a number is expected: like text, so that a note is refused by name, and
 * neither lost nor taken for nothing.
 */
export const looseWritten = stringOrNumber
  .transform((value) => storable(String(value).replace(/\p{Cf}/gu, '')).slice(0, TEXT_CHARS_MAX))
  .transform((value) => (/^(?:null|undefined)?$/i.test(value) ? undefined : value))
  .optional()
  .catch(undefined);

/** A finite number, also when written as text (`"21.5"`). */
export const looseNumber = stringOrNumber
  .transform((value) => (String(value).trim() === '' ? Number.NaN : Number(value)))
  .transform((value) => (Number.isFinite(value) ? value : undefined))
  .optional()
  .catch(undefined);

/** A boolean, also when written as text or number: `"No"`, `"f"`, `0`. */
export const looseBoolean = z
  .union([z.boolean(), stringOrNumber])
  .transform((value) => BOOLEANS.get(String(value).trim().toLowerCase()))
  .optional()
  .catch(undefined);

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 't', 'yes', 'y', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((word) => [word, false] as const),
]);

/** Whether a member has content, such as an image or a link: no flag, blank or placeholder. */
export const looseContent = z
  .unknown()
  .optional()
  .transform((value) => typeof value === 'string' && !PLACEHOLDER.test(storable(value)));

/** What systems write where there is nothing, and flags written as text. */
const PLACEHOLDER =
  /^(?:null|nil|none|undefined|unknown|n\/?a|not (?:available|applicable)|true|false|yes|no|[yn]|\W*|\d)$/i;

/** An object of the given shape, or absent. */
export function looseObject<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.object(shape).optional().catch(undefined);
}

/** An object that is not a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A list, with an absent one as empty; an object in its place is a list of one, as converters from
 * XML write it. An item that is no `item` becomes `null`, so that positions in warnings stay
 * correct. At most `itemsMax + 1` items are read: one more than allowed shows that the list is
 * longer.
 */
export function looseList<Item extends z.ZodType>(item: Item, itemsMax: number) {
  return z
    .unknown()
    .optional()
    .transform((value) => {
      const read = (one: unknown): NonNullable<z.output<Item>> | null => {
        const parsed = item.safeParse(one);
        return parsed.success ? (parsed.data ?? null) : null;
      };
      const items = toList(value);
      if (Array.isArray(value)) return items.slice(0, itemsMax + 1).map(read);
      return items.map(read).filter((one) => one !== null);
    });
}

/** `value` as a list: an object with members is a list of one, anything else is empty. */
function toList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const isOne = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  return isOne ? [value] : [];
}

/** `text` as JSON, or null when it is none. Total; a leading byte order mark is skipped. */
export function parseJsonOrNull(text: string): { readonly value: unknown } | null {
  try {
    return { value: parseJson(text.replace(/^\uFEFF/, '')) };
  } catch {
    return null;
  }
}

/**
 * Replaces by blanks what PostgreSQL text and JSON cannot contain, so that the result has
 * no control characters (NUL is refused there), no half surrogate pairs, and no characters that reverse the direction of neighbouring text on a page or in a terminal.
 */
function storable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, ' ').trim();
}

function absentIfEmpty(text: string): string | undefined {
  return NOTHING.test(text) ? undefined : text;
}

/** An empty text, and a serialised null; "NA" and "none" may be codes. */
const NOTHING = /^(?:|null|undefined|n\/a)$/i;
