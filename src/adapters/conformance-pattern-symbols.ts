/** ASCII, everything beyond it as one symbol, and the two edges of a text. */
export const OTHER = 128;
export const START = 129;
export const END = 130;
export const SYMBOLS = 131;

/** Stand for all that is not ASCII: letters, digits, blanks, dashes, half a pair, a whole one. */
const BEYOND = [
  'é',
  'ß',
  'Я',
  '中',
  '٣',
  '１',
  '\u00a0',
  '\u2003',
  '\u2028',
  '\u2013',
  '\ud800',
  '😀',
];

const known = new Map<string, Uint8Array>();

/** Which symbols an atom of a pattern takes (`\d`, `[a-z]`, `.`), found by asking it. */
export function classOf(atom: string, flags: string): Uint8Array {
  const key = `${flags}/${atom}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const set = new Uint8Array(SYMBOLS);
  const pattern = new RegExp(`^(?:${atom})$`, flags.replace(/[gymd]/g, ''));
  for (let code = 0; code < OTHER; code += 1) {
    if (pattern.test(String.fromCharCode(code))) set[code] = 1;
  }
  if (BEYOND.some((char) => pattern.test(char))) set[OTHER] = 1;
  known.set(key, set);
  return set;
}
