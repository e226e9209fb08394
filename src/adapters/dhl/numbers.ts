import {
  bareNumber,
  type CheckDigitRule,
  endsInCheckDigit,
  gs1CheckDigit,
  mod7CheckDigit,
} from '../../kernel/numbers/check-digit.ts';
import {
  lastDigit,
  type NumberFormat,
  postalItem,
  postalItemFormat,
  readAs,
  readByFormats,
} from '../../kernel/numbers/number-formats.ts';

import type { NumberCandidate, NumberRecogniser } from '../contract/contract.ts';

/**
 * The numbers of the DHL networks, after jkeen/tracking_number_data `couriers/dhl.json` and
 * RomaBilka/parcel-tracking. Many shapes are other carriers' too; the certainty says how often.
 */
export const numbers: NumberRecogniser = { normalize, recognise };

/**
 * Normalizes a number: upper case, no separators, no `420` routing prefix; an SSCC of 18 digits
 * gets its `00`.
 */
export function normalize(input: string): string {
  const number = bareNumber(input);
  const routed = /^420\d{5}(?:\d{4})?(93\d{3}109124\d{11}(?:\d{4})?)$/.exec(number)?.[1];
  if (routed !== undefined && endsInCheckDigit(routed, gs1CheckDigit)) return routed;
  return /^340434\d{12}$/.test(number) && endsInCheckDigit(number, gs1CheckDigit)
    ? `00${number}`
    : number;
}

/**
 * The check digit of Parcel DE's Identcode: weights 4, 9 from the left; with eleven digits, this is
 * the same from the right.
 */
const identcode: CheckDigitRule = (digits) => {
  const sum = digits.reduce((total, digit, i) => total + digit * (i % 2 === 0 ? 4 : 9), 0);
  return (10 - (sum % 10)) % 10;
};

const gs1 = lastDigit(gs1CheckDigit);
const mod7 = lastDigit(mod7CheckDigit);

const EVERYTHING = 'So many digits are a number of nearly everything.';

/**
 * The shapes of numbers. The first match applies, so the specific shapes precede the vague ones.
 */
const SHAPES: readonly NumberFormat[] = [
  {
    format: 'parcel_de_licence_plate',
    form: 'a licence plate of Parcel DE: JJD and 18 digits',
    shape: /^JJD\d{18}$/,
    certainty: 0.93,
  },
  // Yodel's, after jkeen/tracking_number_data `couriers/yodel.json`.
  {
    format: 'express_piece',
    form: 'a piece of Express: JD or JJD and 16 digits',
    shape: /^JJ?D\d{16}$/,
    certainty: 0.3,
    but: 'Yodel’s numbers in Britain have this form.',
  },
  {
    format: 'express_piece',
    form: 'a piece of Express: JD and 18 digits',
    shape: /^JD\d{18}$/,
    certainty: 0.88,
  },
  {
    format: 'express_piece',
    form: 'a piece of Express: JD or JJD and digits',
    shape: /^JJ?D\d{10,20}$/,
    certainty: 0.6,
  },
  {
    format: 'parcel_nl',
    form: 'a parcel of DHL in the Benelux: JVGL and digits',
    shape: /^JVGL\d{14,24}$/,
    certainty: 0.93,
  },
  {
    format: 'parcel_nl',
    form: 'a parcel of DHL in the Benelux: JVGL and a few digits',
    shape: /^JVGL\d{10,13}$/,
    certainty: 0.85,
  },
  {
    format: 'parcel_nl',
    form: 'a parcel of DHL in the Netherlands: 3S and letters or digits',
    shape: /^3S[A-Z0-9]{8,20}$/,
    certainty: 0.3,
    but: 'Most numbers of this form are PostNL’s.',
  },
  {
    format: 'parcel_de_sscc',
    form: 'a parcel of DHL in Germany: 00340434 and 12 digits',
    shape: /^00340434\d{12}$/,
    check: gs1,
    certainty: 0.97,
    certaintyFails: 0.3,
  },
  {
    format: 'parcel_de_sscc',
    form: 'an SSCC: 00 and 18 digits',
    shape: /^00\d{18}$/,
    check: gs1,
    certainty: 0.3,
    certaintyFails: 0.03,
    but: 'Every company numbers its cartons like this; Parcel DE takes those of its customers.',
  },
  {
    format: 'express_10',
    form: 'an Express waybill: 10 digits',
    shape: /^\d{10}$/,
    check: mod7,
    certainty: 0.7,
    certaintyFails: 0.03,
    but: 'One in ten of any ten digits fits by chance.',
  },
  {
    format: 'parcel_de_identcode',
    form: 'an identcode of Parcel DE: 12 digits',
    shape: /^\d{12}$/,
    check: lastDigit(identcode),
    certainty: 0.55,
    certaintyFails: 0.03,
    but: 'Many other things have 12 digits, and the check digit fits one of them in ten.',
  },
  {
    format: 'ecommerce_impb',
    form: 'a parcel of DHL eCommerce that the post delivers: 93, a service and mailer 109124',
    shape: /^93\d{3}109124\d{11}(?:\d{4})?$/,
    check: gs1,
    certainty: 0.7,
    certaintyFails: 0.1,
    but: 'The post that delivers it knows the number, too.',
  },
  {
    format: 'ecommerce_gm',
    form: 'a parcel of DHL eCommerce: GM and 14 or more digits',
    shape: /^GM\d{14,39}$/,
    certainty: 0.9,
  },
  {
    format: 'ecommerce_gm',
    form: 'a parcel of DHL eCommerce: GM and letters or digits',
    shape: /^GM(?!\d{9}[A-Z]{2}$)[A-Z0-9]{10,39}$/,
    certainty: 0.6,
  },
  {
    format: 'ecommerce',
    form: 'a parcel of DHL eCommerce: the letters of a country and letters or digits',
    shape: /^(?:LX|RX|UV|CN|SG|TH|IN|HK|MY)(?!\d{9}[A-Z]{2}$)[A-Z0-9]{10,39}$/,
    certainty: 0.3,
    but: 'Other carriers of these countries use this form.',
  },
  {
    format: 'dgf_housebill',
    form: 'a house bill of Global Forwarding: three letters and seven digits',
    shape: /^[A-Z]{3}\d{7}$/,
    certainty: 0.3,
  },
  // Express sometimes prints eleven digits (couriers/dhl.json), recognised by their check digit.
  {
    format: 'express_11',
    form: 'an Express waybill of 11 digits',
    shape: /^\d{11}$/,
    check: mod7,
    certainty: 0.3,
    certaintyFails: 0.02,
    but: 'Most numbers of this length are other carriers’.',
  },
  {
    format: 'post_de_letter',
    form: 'a letter of Deutsche Post: 20 characters of 0 to 9 and A to F',
    shape: /^(?!\d{20}$)[0-9A-F]{20}$/,
    certainty: 0.4,
  },
  {
    format: 'ecommerce_14',
    form: 'a parcel of DHL eCommerce: 14 digits',
    shape: /^\d{14}$/,
    certainty: 0.1,
    but: EVERYTHING,
  },
  {
    format: 'freight',
    form: 'a shipment of Freight: 7 digits',
    shape: /^\d{7}$/,
    certainty: 0.04,
    but: EVERYTHING,
  },
  {
    format: 'dgf',
    form: 'a shipment of Global Forwarding: 9 digits',
    shape: /^\d{9}$/,
    certainty: 0.04,
    but: EVERYTHING,
  },
];

const AIR_WAYBILL: NumberFormat = {
  format: 'dgf_air_waybill',
  form: 'an air waybill: 11 digits, as Global Forwarding and parcels in Poland have them',
  shape: /^\d{11}$/,
  certainty: 0.08,
  but: EVERYTHING,
};

const GERMAN_ITEM: NumberFormat = {
  ...postalItemFormat('DE'),
  format: 'post_de_s10',
  certainty: 0.92,
  certaintyFails: 0.15,
};

function recognise(number: string): readonly NumberCandidate[] {
  const item = postalItem(number);
  if (item !== null) return item.country === 'DE' ? [readAs(GERMAN_ITEM, number)] : [];
  const reading = readByFormats(SHAPES, number);
  if (reading === null) return [];
  // How an air waybill's sum is computed is unknown, so a sum that fails proves nothing.
  const isWaybill = reading.format === 'express_11' && reading.checkDigit === 'invalid';
  return [isWaybill ? readAs(AIR_WAYBILL, number) : reading];
}
