import { type NumberRecogniser, recogniserOf } from 'waybill/adapter';

/** 24 digits, as in all samples; no check digit is documented. */
export const PATTERN = /^\d{24}$/;

export const numbers: NumberRecogniser = recogniserOf([
  // Plain digits prove nothing, but few other numbers have as many.
  { format: 'parcel_24', form: 'a parcel: 24 digits', shape: PATTERN, certainty: 0.5 },
]);
