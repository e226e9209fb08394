import { type NumberRecogniser, postalItemFormat, recogniserOf } from 'waybill/adapter';

/** The barcodes that may be requested. */
export const PATTERN = /^[0-9A-Z]{8,24}$/;

export const numbers: NumberRecogniser = recogniserOf([
  {
    // The customer code and a serial number follow `3S` in all samples of the documents.
    format: 'domestic',
    form: 'a PostNL barcode: 3S, four letters and digits',
    shape: /^3S[A-Z]{4}\d{6,11}$/,
    certainty: 0.7,
    but: 'Other Dutch carriers have barcodes with 3S, too.',
  },
  postalItemFormat('NL'),
]);
