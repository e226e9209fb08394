/**
 * Words that replace the code in a fact's identity when the carrier gave the scan none: two scans
 * without a code are distinguished by their words. Case, blanks and a closing full stop are
 * spelling; null if there are no words.
 *
 * @example wordsAsCode('  Gated out at Port/Terminal. ') // 'gated out at port/terminal'
 */
export function wordsAsCode(text: string | null | undefined): string | null {
  const words = (text ?? '').normalize('NFKC').trim().toLowerCase().replace(/\s+/g, ' ');
  let end = words.length;
  while (end > 0 && ' .'.includes(words.charAt(end - 1))) end -= 1;
  return words.slice(0, end) || null;
}
