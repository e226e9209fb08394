import { bareNumber, type NumberCandidate, type NumberRecogniser } from 'waybill/adapter';

/**
 * The numbers that may be requested. The documents have `23AA47DE2B3B6`, `89108749065090` and
 * `T1234567`, and state no format.
 */
export const PATTERN = /^[0-9A-Z]{6,32}$/;

/** Amazon Logistics: jkeen/tracking_number_data, couriers/amazon.json (read 2026-11-28). */
const LOGISTICS = /^TB[ACM]\d{12}$/;
/** The prefix proves it as far as a prefix can; there is no check digit. */
const CERTAINTY = 0.85;

const WHY =
  'It has the form of a number of Amazon Logistics, which has no check digit known to us.';

export const numbers: NumberRecogniser = { normalize: bareNumber, recognise };

/** Of other numbers of Amazon Shipping, the merchant has to say that they are. */
function recognise(number: string): readonly NumberCandidate[] {
  return LOGISTICS.test(number)
    ? [{ format: 'logistics_15', certainty: CERTAINTY, checkDigit: 'none', why: WHY }]
    : [];
}
