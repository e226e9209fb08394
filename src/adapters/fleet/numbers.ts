import { bareNumber, digitsOf } from '../../kernel/numbers/check-digit.ts';
import type { NumberCandidate, NumberRecogniser } from '../contract/contract.ts';

/**
 * The numbers of the merchant's own couriers: `WB`, twelve random digits and two check digits (ISO
 * 7064 MOD 97-10, as in an IBAN), which detect every wrong digit and every swap of two. Sixteen
 * characters make a narrow Code 128, because the digits take half a symbol each.
 */
export const numbers: NumberRecogniser = { normalize: bareNumber, recognise };

const PREFIX = 'WB';
const PATTERN = /^WB(\d{14})$/;
const DRAWN_DIGITS = 12;
/**
 * How many random bytes `mint` needs: with 64 bits for 10^12 numbers, all numbers are equally
 * likely.
 */
const DRAWN_BYTES = 8;

/**
 * Makes a new number. The caller checks whether it is used already.
 * @param random returns that many bytes from a secure source, because numbers must not be guessed.
 */
export function mint(random: (length: number) => Uint8Array): string {
  let drawn = 0n;
  for (const byte of random(DRAWN_BYTES)) drawn = drawn * 256n + BigInt(byte);
  const digits = String(drawn % 10n ** BigInt(DRAWN_DIGITS)).padStart(DRAWN_DIGITS, '0');
  return `${PREFIX}${digits}${checkDigitsOf(digits)}`;
}

function recognise(number: string): readonly NumberCandidate[] {
  const digits = PATTERN.exec(number)?.[1];
  if (digits === undefined) return [];
  const isValid = checkDigitsOf(digits.slice(0, DRAWN_DIGITS)) === digits.slice(DRAWN_DIGITS);
  return [
    {
      format: 'own_couriers_16',
      certainty: isValid ? 0.99 : 0.3,
      checkDigit: isValid ? 'valid' : 'invalid',
      why: isValid
        ? 'It has the form of numbers for own couriers, WB and fourteen digits, and its check digits are right.'
        : 'It has the form of numbers for own couriers, WB and fourteen digits, but its check digits are wrong.',
    },
  ];
}

/** The two check digits, with which the whole number leaves 1 when divided by 97. */
function checkDigitsOf(digits: string): string {
  const rest = (digitsOf(`${digits}00`) ?? []).reduce((sum, digit) => (sum * 10 + digit) % 97, 0);
  return String(98 - rest).padStart(2, '0');
}
