/** `9.40551189956E+21`, as spreadsheets write a number of more than eleven digits. */
const EXPONENT = /^\d{1,3}(?:[.,]\d{1,17}E\+?|E\+)\d{1,3}$/i;
/** Spreadsheets keep fifteen digits of a number, and write zeros for the others. */
const ZEROS = /^[1-9]\d{14}(0+)$/;
/** Of genuine numbers, one in a thousand ends in as many. */
const ZEROS_MIN = 3;

/**
 * Whether a spreadsheet rounded a number: `surely`, so that its digits are lost; `likely`, so that
 * only a check digit speaks for it; `maybe`, as one in ten genuine numbers ends so. Pure.
 *
 * @example rounded('9,40551E+21') // 'surely'
 */
export function rounded(given: string): 'surely' | 'likely' | 'maybe' | null {
  const text = given.normalize('NFKC').replace(/[\s='"’]/g, '');
  if (EXPONENT.test(text)) return 'surely';
  const zeros = ZEROS.exec(text.replace(/[.,]00?$/, '').replace(/[.,](?=\d{3}(?:\D|$))/g, ''))?.[1];
  if (zeros === undefined) return null;
  return zeros.length >= ZEROS_MIN ? 'likely' : 'maybe';
}
