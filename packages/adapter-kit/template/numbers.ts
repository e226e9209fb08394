import { gs1CheckDigit, lastDigit, type NumberRecogniser, recogniserOf } from 'waybill/adapter';

export const PATTERN = /^TX\d{10}$/;

/** The carrier's numbers: `TX`, nine digits and a check digit (GS1 mod 10). */
export const numbers: NumberRecogniser = recogniserOf([
  {
    format: 'parcel_12',
    form: 'a parcel: TX and 10 digits',
    shape: PATTERN,
    check: lastDigit(gs1CheckDigit, (number) => number.slice(2)),
    // Prefix and check digit prove it; with a wrong check digit it is most likely a typing error.
    certainty: 0.95,
    certaintyFails: 0.2,
  },
]);
