/**
 * Whether there may be an integer of 16 digits outside of strings, which 2^53 has, or one that was
 * rounded to an exponent.
 */
const MAY_LOSE_DIGITS = /(?:^|[^"\w.])\d(?:\d{15}|[\d.]*[eE]\+?\d\d)/;
/** Where strings begin and end, and numbers. */
const TOKENS = /\\["\\]|"|-?\d[\d.eE+-]*/g;

/**
 * Parses JSON that others write. What a number cannot hold, such as a tracking number without
 * quotes, becomes the text of its digits instead of another number; with an exponent, it stays as it
 * is written, so that readers see that its digits are lost. Throws like `JSON.parse`.
 *
 * @example parseJson('[996003263000037805, 12]') // ['996003263000037805', 12]
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!MAY_LOSE_DIGITS.test(text)) return value;
  let isInString = false;
  const kept = text.replaceAll(TOKENS, (token) => {
    if (token === '"') isInString = !isInString;
    return isInString ? token : holdable(token);
  });
  return JSON.parse(kept);
}

function holdable(token: string): string {
  if (!(Math.abs(Number(token)) > Number.MAX_SAFE_INTEGER)) return token;
  const digits = token.replace(/\.0+$/, '');
  return String(Number(digits)) === digits ? token : `"${digits}"`;
}
