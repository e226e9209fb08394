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
