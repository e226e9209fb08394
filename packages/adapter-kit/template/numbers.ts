import {
  endsInCheckDigit,
  gs1CheckDigit,
  type NumberCandidate,
  type NumberRecogniser,
} from 'waybill/adapter';

/** The carrier's numbers: `TX`, nine digits and a check digit (GS1 mod 10). */
export const numbers: NumberRecogniser = { normalize, recognise };

const SEPARATORS = /[\s\-.\p{Cc}\u2010-\u2015]/gu;
export const PATTERN = /^TX\d{10}$/;
/**
 * How certain a number is. Prefix and check digit prove it; with a wrong check digit it is most
 * likely a typing error.
 */
const CERTAINTY = { valid: 0.95, invalid: 0.2 };

function normalize(input: string): string {
  return input.replace(SEPARATORS, '').toUpperCase();
}

function recognise(number: string): readonly NumberCandidate[] {
  if (!PATTERN.test(number)) return [];
  const checkDigit = endsInCheckDigit(number.slice(2), gs1CheckDigit) ? 'valid' : 'invalid';
  return [{ format: 'parcel_12', certainty: CERTAINTY[checkDigit], checkDigit }];
}
