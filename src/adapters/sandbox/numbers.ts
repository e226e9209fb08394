import { bareNumber } from '../../kernel/numbers/check-digit.ts';
import type { NumberCandidate, NumberRecogniser } from '../contract/contract.ts';

/**
 * Numbers of the sandbox carrier: EasyPost's test numbers, `EZ`, a digit, eight zeros, the same
 * digit (EZ1000000001 … EZ7000000007); and `EZ` with any ten digits for parcels that users
 * register.
 */
export const numbers: NumberRecogniser = { normalize: bareNumber, recognise };

export const PATTERN = /^EZ\d{10}$/;
const TEST_NUMBER = /^EZ(\d)0{8}\1$/;

function recognise(number: string): readonly NumberCandidate[] {
  if (!PATTERN.test(number)) return [];
  const certainty = TEST_NUMBER.test(number) ? 1 : 0.8;
  const why = TEST_NUMBER.test(number)
    ? 'It is one of the sandbox’s test numbers.'
    : 'It has the form of the sandbox’s own numbers: EZ and ten digits.';
  return [{ format: 'easypost_test', certainty, checkDigit: 'none', why }];
}
