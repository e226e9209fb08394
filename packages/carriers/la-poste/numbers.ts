import { type NumberRecogniser, postalItemFormat, recogniserOf } from 'waybill/adapter';

/** "11 to 15 characters", as clients say. */
export const PATTERN = /^[0-9A-Z]{11,15}$/;

export const numbers: NumberRecogniser = recogniserOf([
  {
    // As in the samples.
    format: 'parcel_13',
    form: 'a parcel of La Poste: a digit, a letter and 11 digits',
    shape: /^\d[A-Z]\d{11}$/,
    certainty: 0.6,
  },
  postalItemFormat('FR'),
]);
