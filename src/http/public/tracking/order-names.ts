import { asciiForms } from '../../../kernel/numbers/check-digit.ts';

const AROUND = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
const BETWEEN_WORDS = /[\s:;,#()[\]"'„“”«»]+/u;

/**
 * The names that an order may have for which somebody typed or pasted this text, the likeliest
 * first: as typed, in other forms of Unicode, and with or without the words and signs around it.
 * Capitals of A to Z are left to the search. Pure.
 *
 * @example orderNames('Order 1015') // ['Order 1015', '#Order 1015', '1015', '#1015']
 */
export function orderNames(typed: string): readonly string[] {
  const plain = asciiForms(typed.normalize('NFKC'));
  const names = [plain.replace(AROUND, ''), withoutWords(plain)]
    .filter((name) => name !== '')
    .flatMap((name) => [name, `#${name}`]);
  return [...new Set([typed, plain, ...names].flatMap(formsOf))];
}

/** The text from its first word with a digit to its last. */
function withoutWords(text: string): string {
  const words = text.split(BETWEEN_WORDS);
  const hasDigit = (word: string) => /\d/.test(word);
  const from = words.findIndex(hasDigit);
  return words
    .slice(Math.max(from, 0), words.findLastIndex(hasDigit) + 1)
    .join(' ')
    .replace(AROUND, '');
}

function formsOf(name: string): readonly string[] {
  if (/^\p{ASCII}*$/u.test(name)) return [name];
  return [name, name.toUpperCase(), name.toLowerCase(), name.normalize('NFD')];
}
