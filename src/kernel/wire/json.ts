/** Whether there may be an integer of 16 digits outside of strings; 2^53 has as many. */
const MAY_LOSE_DIGITS = /(?:^|[^"\w.])\d{16}/;
/** Where strings begin and end, and numbers of 16 characters and more. */
const TOKENS = /\\["\\]|"|-?\d[\d.eE+-]{15,}/g;
const INTEGER = /^-?\d+$/;

/**
 * Parses JSON that others write. An integer that a number cannot hold, such as a tracking number
 * without quotes, becomes the text of its digits instead of another integer. Throws like
 * `JSON.parse`.
 *
 * @example parseJson('[996003263000037805, 12]') // ['996003263000037805', 12]
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!MAY_LOSE_DIGITS.test(text)) return value;
  let isInString = false;
  const kept = text.replaceAll(TOKENS, (token) => {
    if (token === '"') isInString = !isInString;
    const isLossy = !isInString && INTEGER.test(token) && String(Number(token)) !== token;
    return isLossy ? `"${token}"` : token;
  });
  return JSON.parse(kept);
}
