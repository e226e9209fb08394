/** A value that an array's text has as it is: an id, a number, a word without commas or quotes. */
export type Plain = string | number | boolean | null;

/**
 * An array as PostgreSQL reads it, of values that need no quotes. The driver looks through each for
 * what it would have to escape, which takes a tenth of a statement of thousands of ids.
 *
 * @param pick strings must be ours: ids and words of a set that we know, never what others wrote.
 * @example plainArray([{ id: 'a' }, { id: null }], ({ id }) => id) // '{a,NULL}'
 */
export function plainArray<Item>(items: readonly Item[], pick: (item: Item) => Plain): string {
  let text = '';
  for (const item of items) text += `,${pick(item) ?? 'NULL'}`;
  return `{${text.slice(1)}}`;
}

const SPECIAL = /["\\]/;
const EVERY_SPECIAL = /["\\]/g;

/**
 * An array as PostgreSQL reads it, of texts whoever wrote them, and of numbers and truths; null when there is anything
 * else in it. The driver replaces twice in each text what hardly any has.
 */
export function arrayText(items: readonly unknown[]): string | null {
  let text = '';
  for (const item of items) {
    if (typeof item === 'string') {
      text += SPECIAL.test(item) ? `,"${item.replace(EVERY_SPECIAL, '\\$&')}"` : `,"${item}"`;
    } else if (item === null || item === undefined) text += ',NULL';
    else if (typeof item === 'number' || typeof item === 'boolean') text += `,${item}`;
    else return null;
  }
  return `{${text.slice(1)}}`;
}

/** Stands in no JSON: there it would be escaped. */
const BETWEEN_JSON = '\u001f';

/**
 * JSON values in one text, for `jsonArray`; null stays null. In the text of an array each quote would be escaped, which
 * one side has to write and the other to take away.
 */
export function jsonTexts<Item>(items: readonly Item[], pick: (item: Item) => unknown): string {
  return items.map((item) => JSON.stringify(pick(item) ?? null)).join(BETWEEN_JSON);
}

/** What `jsonTexts` wrote, as `jsonb[]`. @param place `$7` */
export function jsonArray(place: string): string {
  return `string_to_array(${place}::text, E'\\x1f', 'null')::jsonb[]`;
}
