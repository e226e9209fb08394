import { type NumberRecogniser, recogniserOf } from 'waybill/adapter';

/** `LTN` and digits, in most samples followed by `N1`; no check digit is documented. */
export const PATTERN = /^LTN\d{6,12}(N\d)?$/;

export const numbers: NumberRecogniser = recogniserOf([
  {
    format: 'ltn',
    form: 'a parcel of Landmark Global: LTN, digits, N and a digit',
    shape: /^LTN\d{6,12}N\d$/,
    certainty: 0.85,
  },
  {
    format: 'ltn',
    form: 'a parcel of Landmark Global: LTN and digits',
    shape: /^LTN\d{6,12}$/,
    certainty: 0.6,
  },
]);
