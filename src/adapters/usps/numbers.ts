import { definedOnly } from '../../kernel/defined-only.ts';
import { bareNumber, gs1CheckDigit } from '../../kernel/numbers/check-digit.ts';
import {
  type CheckedDigit,
  lastDigit,
  type NumberFormat,
  type PostalItem,
  postalItem,
  postalItemFormat,
  readAs,
  readByFormats,
} from '../../kernel/numbers/number-formats.ts';
import { IMPB_22, IMPB_26, withoutRouting } from '../../kernel/numbers/postal-routing.ts';

import type { NumberCandidate, NumberRecogniser } from '../contract/contract.ts';

/**
 * The numbers of USPS after Publication 199 (IMpb) and UPU S10, as collected in
 * jkeen/tracking_number_data `couriers/usps.json` and `s10.json`.
 */
export const numbers: NumberRecogniser = { normalize, recognise };

/** Normalizes a number: upper case, no separators, no `420` routing prefix. */
export function normalize(input: string): string {
  return withoutRouting(bareNumber(input));
}

const impb = lastDigit(gs1CheckDigit);
const HANDED_OVER = 'Other carriers number the parcels so that they hand to USPS.';

/** Returns the formats of an IMpb, one for each of the two lengths. */
function impbFormats(
  begins: string,
  certainty: number,
  certaintyFails: number,
  but?: string,
): readonly NumberFormat[] {
  return ([22, 26] as const).map((length) => ({
    format: `impb_${length}`,
    form: `an IMpb: ${length} digits that begin with ${begins}`,
    shape: length === 22 ? IMPB_22 : IMPB_26,
    check: impb,
    certainty,
    certaintyFails,
    ...definedOnly({ but }),
  }));
}

/**
 * The formats by first digits, longest first. 612 and 748 are services that consolidators use;
 * 109124 is DHL eCommerce's mailer id, 9270…, 9999… and 9465… are FedEx's, 9999… after 748 those of
 * UPS Mail Innovations; 96 begins labels of FedEx Ground. USPS documents 91–95 for its own.
 */
const IMPB: readonly (readonly [begins: RegExp, formats: readonly NumberFormat[]])[] = [
  [/^96/, impbFormats('96', 0.04, 0.01, 'Labels of FedEx Ground begin so.')],
  [/^93\d{3}109124/, impbFormats('93 and a mailer of DHL', 0.3, 0.08, HANDED_OVER)],
  [/^92(?:6129270|6129999|0239465)/, impbFormats('92 and a FedEx mailer', 0.3, 0.08, HANDED_OVER)],
  [/^927489999/, impbFormats('92 and a mailer of UPS', 0.45, 0.1, HANDED_OVER)],
  [/^9[23](?:612|748)/, impbFormats('92 or 93, 612 or 748', 0.6, 0.1, HANDED_OVER)],
  [/^9[23]/, impbFormats('92 or 93', 0.85, 0.15, HANDED_OVER)],
  [/^91/, impbFormats('91', 0.93, 0.15)],
  [/^9[45]/, impbFormats('94 or 95', 0.97, 0.2)],
];

/** The formats of Delivery Confirmation labels without their application identifier `91`. */
const LEGACY_20: readonly NumberFormat[] = [
  {
    format: 'legacy_20',
    form: 'an older number of 20 digits',
    shape: /^00/,
    check: legacyDigit,
    certainty: 0.05,
    certaintyFails: 0.01,
    but: 'With 00 in front it is rather a carton’s SSCC.',
  },
  {
    format: 'legacy_20',
    form: 'an older number of 20 digits',
    shape: /^(?:6129270|6129999|0239465)/,
    check: legacyDigit,
    certainty: 0.05,
    certaintyFails: 0.02,
    but: 'FedEx Ground Economy numbers begin so.',
  },
  {
    format: 'legacy_20',
    form: 'an older number of 20 digits, with a service of registered, certified or insured mail',
    shape: /^(?:0[13]|13|23|7[01237]|81)/,
    check: legacyDigit,
    certainty: 0.75,
    certaintyFails: 0.1,
  },
  {
    format: 'legacy_20',
    form: 'an older number of 20 digits',
    shape: /^/,
    check: legacyDigit,
    certainty: 0.4,
    certaintyFails: 0.05,
    but: 'One in five of any 20 digits fits by chance.',
  },
];

/** The check digit of such a label; it is that of the digits alone, or of the digits after 91. */
function legacyDigit(number: string): CheckedDigit | null {
  const behind91 = impb(`91${number}`);
  return behind91 !== null && behind91.found === String(behind91.wanted) ? behind91 : impb(number);
}

const ROUTED: NumberFormat = {
  format: 'impb_routed',
  form: 'an IMpb behind 420 and a ZIP code',
  shape: /^420\d{31}$/,
  check: (number) => impb(number.slice(12)),
  certainty: 0.2,
  certaintyFails: 0.2,
  but: 'Neither with five digits of ZIP nor with nine does the rest fit.',
};

function recognise(number: string): readonly NumberCandidate[] {
  const item = postalItem(number);
  if (item !== null) return postal(item, number);
  const reading = readByFormats(formatsFor(number), number);
  return reading === null ? [] : [reading];
}

function formatsFor(number: string): readonly NumberFormat[] {
  if (/^\d{20}$/.test(number)) return LEGACY_20;
  if (ROUTED.shape.test(number)) return [ROUTED];
  return IMPB.find(([begins]) => begins.test(number))?.[1] ?? [];
}

const OWN_ITEM = { certainty: 0.97, certaintyFails: 0.2 };
/**
 * The certainty of another country's postal items: USPS can answer for what travels to or through
 * the United States.
 */
const FOREIGN_ITEM = {
  certainty: 0.2,
  certaintyFails: 0,
  but: 'USPS answers for it only on its way to or through the United States.',
};
/** The certainty of German items, which is low because Germany's own post answers for them. */
const GERMAN_ITEM = { ...FOREIGN_ITEM, certainty: 0.08 };

/**
 * The candidates for a postal item of any country. One of another country with a wrong check digit
 * is not worth a call to USPS.
 */
function postal({ country, digit }: PostalItem, number: string): readonly NumberCandidate[] {
  if (country !== 'US' && digit.found !== String(digit.wanted)) return [];
  const base = country === 'US' ? OWN_ITEM : country === 'DE' ? GERMAN_ITEM : FOREIGN_ITEM;
  return [readAs({ ...postalItemFormat(country), ...base }, number)];
}
