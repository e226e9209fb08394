/**
 * Two slips in a word of eight letters are a typing error; in one of three they make another word.
 */
const LETTERS_PER_SLIP = 3;
const SLIPS_MAX = 2;
/** A longer text is not a misspelt name. */
const CHARS_MAX = 64;

/**
 * Returns the candidate that was probably meant, for "did you mean": a letter that is missing,
 * added, wrong or swapped with its neighbour counts as one slip; case and `-`, `_`, blanks do not
 * count. Null if none is similar, or two are equally so. Pure.
 */
export function closest(word: string, candidates: readonly string[]): string | null {
  const meant = comparable(word);
  if (meant === '' || word.length > CHARS_MAX) return null;
  const slipsMax = Math.min(SLIPS_MAX, Math.floor(meant.length / LETTERS_PER_SLIP));
  let best: string | null = null;
  let least = slipsMax + 1;
  for (const candidate of candidates) {
    const slips = slipsBetween(meant, comparable(candidate));
    if (slips < least) [best, least] = [candidate, slips];
    else if (slips === least) best = null;
  }
  return least > slipsMax ? null : best;
}

function comparable(name: string): string {
  return name.toLowerCase().replaceAll(/[\s_-]/g, '');
}

/**
 * Returns the optimal string alignment distance: like Levenshtein's, but swapped neighbours count
 * as one slip.
 */
function slipsBetween(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (isSame ? 0 : 1),
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
