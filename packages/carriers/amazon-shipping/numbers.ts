import { type NumberRecogniser, recogniserOf } from 'waybill/adapter';

/**
 * The numbers that may be requested. The documents have `23AA47DE2B3B6`, `89108749065090` and
 * `T1234567`, and state no format.
 */
export const PATTERN = /^[0-9A-Z]{6,32}$/;

/**
 * Only numbers of Amazon Logistics can be recognised by their form (jkeen/tracking_number_data,
 * couriers/amazon.json, read 2026-11-28). Merchants have to name the carrier of all others.
 */
export const numbers: NumberRecogniser = recogniserOf([
  {
    format: 'logistics_15',
    form: 'a number of Amazon Logistics: TBA, TBC or TBM and 12 digits',
    shape: /^TB[ACM]\d{12}$/,
    certainty: 0.85,
  },
]);
