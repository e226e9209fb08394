import { type NumberRecogniser, postalItemFormat, recogniserOf } from 'waybill/adapter';

/** The numbers that may be requested: of articles, consignments and barcodes. */
export const PATTERN = /^[0-9A-Z]{8,30}$/;

export const numbers: NumberRecogniser = recogniserOf([
  {
    // As in the page's sample; no check digit is documented, and the first part is a customer's.
    format: 'article',
    form: 'an article of a contract customer: three characters and 13 digits',
    shape: /^\d[0-9A-Z]{2}\d{13}$/,
    certainty: 0.4,
  },
  postalItemFormat('AU'),
]);
