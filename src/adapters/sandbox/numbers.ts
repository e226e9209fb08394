import type { NumberCandidate, NumberRecogniser } from '../contract.ts';

/**
 * EasyPost's test numbers and their like: `EZ`, a digit, eight zeros, the same digit
 * (EZ1000000001 … EZ7000000007); and `EZ` with any ten digits for parcels of one's own.
 */
export const numbers: NumberRecogniser = { normalize, recognise };

const SEPARATORS = /[\s\-.\p{Cc}\u2010-\u2015]/gu;
export const PATTERN = /^EZ\d{10}$/;
const TEST_NUMBER = /^EZ(\d)0{8}\1$/;

function normalize(input: string): string {
  return input.replace(SEPARATORS, '').toUpperCase();
}

function recognise(number: string): readonly NumberCandidate[] {
  if (!PATTERN.test(number)) return [];
  const certainty = TEST_NUMBER.test(number) ? 1 : 0.8;
  return [{ format: 'easypost_test', certainty, checkDigit: 'none' }];
}
