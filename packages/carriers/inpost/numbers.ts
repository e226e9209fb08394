import { bareNumber, type NumberCandidate, type NumberRecogniser } from 'waybill/adapter';

/** 24 digits, as in all samples; no check digit is documented. */
export const PATTERN = /^\d{24}$/;
/** Plain digits prove nothing, but few other numbers have as many. */
const CERTAINTY = 0.5;

const WHY = 'It has 24 digits, as parcels of InPost have, and no check digit known to us.';

export const numbers: NumberRecogniser = { normalize: bareNumber, recognise };

function recognise(number: string): readonly NumberCandidate[] {
  return PATTERN.test(number)
    ? [{ format: 'parcel_24', certainty: CERTAINTY, checkDigit: 'none', why: WHY }]
    : [];
}
