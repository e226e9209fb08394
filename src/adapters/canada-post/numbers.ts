import {
  endsInCheckDigit,
  gs1CheckDigit,
  type NumberCandidate,
  type NumberRecogniser,
  s10CheckDigit,
} from '../sdk.ts';

/**
 * The numbers of Canada Post: PINs of 16 digits with a check digit (GS1 mod 10), and postal items
 * of Canada (UPU S10).
 */
export const numbers: NumberRecogniser = { normalize, recognise };

const SEPARATORS = /[\s\-.\p{Cc}\u2010-\u2015]/gu;

/**
 * The numbers that may be requested: "12, 13 or 16 characters". What the 12 look like is not
 * documented.
 */
export const PIN = /^(?:\d{16}|[A-Z]{2}\d{9}[A-Z]{2}|[0-9A-Z]{12})$/;

const PIN_16 = /^\d{16}$/;
const S10_CANADA = /^[A-Z]{2}(\d{9})CA$/;

/**
 * How certain each format is. Many things have 16 digits, and the check digit fits one of them in
 * ten; letters and CA prove it.
 */
const CERTAINTY = {
  pin_16: { valid: 0.5, invalid: 0.05 },
  s10: { valid: 0.95, invalid: 0.2 },
};

function normalize(input: string): string {
  return input.replace(SEPARATORS, '').toUpperCase();
}

/**
 * Recognises a number by its format. Twelve characters are not recognised: the merchant has to say
 * that they are Canada Post's.
 */
function recognise(number: string): readonly NumberCandidate[] {
  const serial = S10_CANADA.exec(number)?.[1];
  if (serial !== undefined) return [candidate('s10', endsInCheckDigit(serial, s10CheckDigit))];
  if (!PIN_16.test(number)) return [];
  return [candidate('pin_16', endsInCheckDigit(number, gs1CheckDigit))];
}

const FORMS = {
  pin_16: 'a Canada Post PIN: 16 digits',
  s10: 'an item of the post of Canada (UPU S10)',
};

function candidate(format: keyof typeof CERTAINTY, fits: boolean): NumberCandidate {
  const checkDigit = fits ? 'valid' : 'invalid';
  const why = `It has the form of ${FORMS[format]}, and its check digit ${fits ? 'fits' : 'does not fit'}.`;
  return { format, certainty: CERTAINTY[format][checkDigit], checkDigit, why };
}
