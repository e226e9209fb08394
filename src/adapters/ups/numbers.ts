import { bareNumber, mod10CheckDigit } from '../../kernel/numbers/check-digit.ts';
import {
  type CheckedDigit,
  type NumberFormat,
  readByFormats,
} from '../../kernel/numbers/number-formats.ts';
import { withoutRouting } from '../../kernel/numbers/postal-routing.ts';
import type { NumberCandidate, NumberRecogniser } from '../contract/contract.ts';

/**
 * The numbers of UPS. The shapes and sums are those of jkeen/tracking_number_data
 * `couriers/ups.json`; 1R is from UPS-API/api-documentation UPSTrackAlert.yaml; the three forms of
 * Mail Innovations are from UPS's help page on them (as repeated by shippers; undated). The rest is
 * unverified and has low certainty.
 */
export const numbers: NumberRecogniser = { normalize, recognise };

/** Normalizes a number: upper case, no separators, no routing prefix of the post. */
function normalize(input: string): string {
  return withoutRouting(bareNumber(input));
}

/**
 * The formats of numbers. UPS's own test numbers (1ZCIETST…) fail the sum, so a failing sum
 * excludes nothing.
 */
const FORMATS: readonly NumberFormat[] = [
  {
    format: '1z',
    form: 'a 1Z number',
    shape: /^1Z[0-9A-Z]{15}\d$/,
    check: (number) => digitOf(number.slice(2)),
    certainty: 0.99,
    certaintyFails: 0.6,
  },
  {
    format: 'waybill',
    form: 'a waybill: A, H, J, K, T or V and ten digits',
    shape: /^[AHJKTV]\d{10}$/,
    check: (number) => digitOf(number.slice(1)),
    certainty: 0.7,
    certaintyFails: 0.1,
  },
  {
    format: 'letter_10',
    form: 'a number of W, M, Q or F and ten digits',
    shape: /^[WMQF]\d{10}$/,
    certainty: 0.25,
  },
  {
    format: 'roadie',
    form: 'a Roadie number: 1R and 14 or 26 characters',
    shape: /^1R(?:[0-9A-Z]{14}|[0-9A-Z]{26})$/,
    certainty: 0.8,
  },
  {
    format: 'mail_innovations_id',
    form: 'a package id of Mail Innovations: MI, six digits, up to 28 characters',
    shape: /^MI\d{6}[0-9A-Z]{1,28}$/,
    certainty: 0.6,
  },
  {
    format: 'mail_innovations_18',
    form: 'a sequence number of Mail Innovations: 18 digits that begin with 8 or 9',
    shape: /^[89]\d{17}$/,
    certainty: 0.2,
    but: 'Cartons of every company have 18 digits.',
  },
  {
    format: 'mail_innovations',
    form: 'a post number of Mail Innovations: 927489999 and 13 or 17 digits',
    shape: /^927489999\d{13}(?:\d{4})?$/,
    certainty: 0.5,
    but: 'UPS itself says that these cannot be distinguished from the post’s own.',
  },
  {
    format: 'mail_innovations',
    form: 'a post number of Mail Innovations: 92748 or 92612 and 17 or 21 digits',
    // 9270 and 9999 after 612 are mailers of FedEx.
    shape: /^92(?:748|612(?!9270|9999))\d{17}(?:\d{4})?$/,
    certainty: 0.2,
    but: 'UPS itself says that these cannot be distinguished from the post’s own.',
  },
  {
    format: 'mail_innovations',
    form: 'a post number of Mail Innovations: 92 or 93 and 20 or 24 digits',
    shape: /^9[23]\d{20}(?:\d{4})?$/,
    certainty: 0.05,
    but: 'Most of these are the post’s own.',
  },
  {
    format: 'mail_innovations',
    form: 'a post number of Mail Innovations: 19 to 34 digits that begin with 9',
    // Without the lengths and beginnings of USPS's and FedEx's own numbers.
    shape: /^9(?![3-6]\d{20}(?:\d{4})?$)\d{18,33}$/,
    certainty: 0.05,
  },
  {
    format: 'freight_17',
    form: 'a freight number: two letters and 15 digits',
    shape: /^[A-Z]{2}\d{15}$/,
    certainty: 0.1,
  },
  {
    format: 'freight_9',
    form: 'a freight number: 9 or 10 digits',
    shape: /^\d{9,10}$/,
    certainty: 0.07,
    but: 'So many digits are a number of nearly everything.',
  },
  {
    format: 'freight_12',
    form: 'a freight number or InfoNotice: 12 digits',
    shape: /^\d{12}$/,
    certainty: 0.05,
    but: 'Twelve digits are mostly other carriers’.',
  },
];

function recognise(number: string): readonly NumberCandidate[] {
  const reading = readByFormats(FORMATS, number);
  return reading === null ? [] : [reading];
}

/**
 * The check digit: weights 1, 2 from the right, without adding the digits of products; letters
 * count as (ASCII − 3) mod 10.
 */
function digitOf(summed: string): CheckedDigit {
  const values = Array.from(summed.slice(0, -1), (char) =>
    char >= 'A' ? (char.charCodeAt(0) - 3) % 10 : Number(char),
  );
  return { found: summed.slice(-1), wanted: mod10CheckDigit(values, [1, 2]) };
}
