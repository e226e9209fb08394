/**
 * Words that stand in a code's place in a fact's identity, because the carrier gave the scan no
 * code: two scans without one are distinguished by what they say. Case, blanks and a closing full stop
 * are spelling; null where nothing is said.
 *
 * @example wordsAsCode('  Gated out at Port/Terminal. ') // 'gated out at port/terminal'
 */
export function wordsAsCode(text: string | null | undefined): string | null {
  const words = (text ?? '').normalize('NFKC').trim().toLowerCase().replace(/\s+/g, ' ');
  let end = words.length;
  while (end > 0 && ' .'.includes(words.charAt(end - 1))) end -= 1;
  return words.slice(0, end) || null;
}
