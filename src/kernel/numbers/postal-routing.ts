import { endsInCheckDigit, gs1CheckDigit } from './check-digit.ts';

/** The two lengths of an IMpb, the number of a parcel that the post of the United States delivers. */
export const IMPB_22 = /^9[1-6]\d{20}$/;
export const IMPB_26 = /^9[2-4]\d{24}$/;

/**
 * Removes the routing prefix that precedes an IMpb in its barcode: `420` and the ZIP, whichever
 * carrier has the parcel. 34 digits are ambiguous: 22 after a ZIP of nine, or 26 after one of five.
 * The reading with a valid check digit applies, and without one nothing is removed.
 */
export function withoutRouting(number: string): string {
  if (!/^420\d{27,35}$/.test(number)) return number;
  const afterZip5 = number.slice(8);
  const afterZip9 = number.slice(12);
  if (number.length === 30 && IMPB_22.test(afterZip5)) return afterZip5;
  if (number.length === 38 && IMPB_26.test(afterZip9)) return afterZip9;
  if (number.length !== 34) return number;
  if (IMPB_22.test(afterZip9) && endsInCheckDigit(afterZip9, gs1CheckDigit)) return afterZip9;
  if (IMPB_26.test(afterZip5) && endsInCheckDigit(afterZip5, gs1CheckDigit)) return afterZip5;
  return number;
}
