import {
  bareNumber,
  type CheckDigitRule,
  endsInCheckDigit,
  gs1CheckDigit,
  mod11Mod10CheckDigit,
} from '../../kernel/numbers/check-digit.ts';

import {
  lastDigit,
  type NumberFormat,
  readAs,
  readByFormats,
} from '../../kernel/numbers/number-formats.ts';
import { withoutRouting } from '../../kernel/numbers/postal-routing.ts';
import type { NumberCandidate, NumberRecogniser } from '../contract/contract.ts';

/**
 * FedEx numbers. The shapes and sums are those of jkeen/tracking_number_data `couriers/fedex.json`.
 * The sum of the 20-digit Ground Economy numbers was found by us on the four of FedEx's published
 * mock numbers that have this shape (all fit when `92` is put in front).
 */
export const numbers: NumberRecogniser = { normalize, recognise };

const express: CheckDigitRule = (values) => mod11Mod10CheckDigit(values, [1, 3, 7]);

/**
 * Extracts the number that people know from a barcode on the box: 22 digits contain Ground's 15, 34
 * contain the 12 after two zeros, and 32 (ASTRA) contain 12 inside. Only when the check digit
 * agrees, so that another carrier's 22 or 34 digits are left alone. A Ground Economy number gets the
 * `92` in front that its barcode and the post have, and loses the post's routing prefix.
 */
function normalize(input: string): string {
  const number = withoutRouting(bareNumber(input));
  const isEconomy = GROUND_ECONOMY.test(number) && endsInCheckDigit(`92${number}`, gs1CheckDigit);
  return wrapperOf(number)?.inner ?? (isEconomy ? `92${number}` : number);
}

const GROUND_ECONOMY = /^(?:61|02)\d{18}$/;

interface Wrapper {
  readonly format: NumberFormat;
  readonly inner: readonly [from: number, to: number];
  readonly rule: CheckDigitRule;
}

/**
 * The barcodes that contain a number. Their certainties are those of the whole barcode: beginning,
 * length and check digit agree.
 */
const WRAPPERS: readonly Wrapper[] = [
  {
    format: {
      format: 'ground_96',
      form: 'a Ground barcode: 22 digits that begin with 96',
      shape: /^96\d{20}$/,
      certainty: 0.95,
    },
    inner: [7, 22],
    rule: gs1CheckDigit,
  },
  {
    format: {
      format: 'express_34',
      form: 'an Express or Ground barcode: 34 digits that begin with 100 or 96',
      shape: /^(?:100|96\d)\d{17}00\d{12}$/,
      certainty: 0.95,
    },
    inner: [22, 34],
    rule: express,
  },
  {
    format: {
      format: 'express_34',
      form: 'an Express barcode: 34 digits with twelve behind two zeros',
      shape: /^(?!420)\d{20}00\d{12}$/,
      certainty: 0.8,
    },
    inner: [22, 34],
    rule: express,
  },
  {
    format: {
      format: 'astra_32',
      form: 'an ASTRA barcode: 32 digits that begin with 3',
      shape: /^3\d{31}$/,
      certainty: 0.8,
    },
    inner: [16, 28],
    rule: express,
  },
];

function wrapperOf(number: string): { readonly of: Wrapper; readonly inner: string } | null {
  const wrapper = WRAPPERS.find(({ format }) => format.shape.test(number));
  if (wrapper === undefined) return null;
  const inner = number.slice(...wrapper.inner);
  return endsInCheckDigit(inner, wrapper.rule) ? { of: wrapper, inner } : null;
}

/** The check digit of Ground Economy, which is the post's for the number with `92` in front. */
const groundEconomy = lastDigit(gs1CheckDigit, (number) => `92${number}`);

/**
 * The formats of numbers; the first match applies. Mock numbers need not fit their sums (fact
 * sheet), so a failing sum lowers the certainty and excludes nothing. The mailer ids of Ground
 * Economy are those of the mock numbers and of the list above.
 */
const FORMATS: readonly NumberFormat[] = [
  {
    format: 'express_12',
    form: 'an Express number: 12 digits',
    shape: /^\d{12}$/,
    check: lastDigit(express),
    certainty: 0.8,
    certaintyFails: 0.05,
    but: 'Many other things have 12 digits, and the check digit fits one of them in ten.',
  },
  {
    format: 'ground_15',
    form: 'a Ground number: 15 digits',
    shape: /^\d{15}$/,
    check: lastDigit(gs1CheckDigit),
    certainty: 0.85,
    certaintyFails: 0.1,
    but: 'One in ten of any 15 digits fits by chance.',
  },
  {
    format: 'ground_economy_20',
    form: 'a Ground Economy number: 20 digits that begin with a mailer of FedEx',
    shape: /^(?:6129270|6129999|0239465)\d{13}$/,
    check: groundEconomy,
    certainty: 0.92,
    certaintyFails: 0.3,
  },
  {
    format: 'ground_economy_20',
    form: 'a Ground Economy number: 20 digits that begin with 61 or 02',
    shape: /^(?:61|02)\d{18}$/,
    check: groundEconomy,
    certainty: 0.55,
    certaintyFails: 0.05,
  },
  {
    format: 'ground_96',
    form: 'a Ground barcode: 22 digits that begin with 96',
    shape: /^96\d{20}$/,
    check: lastDigit(gs1CheckDigit, (number) => number.slice(7)),
    certainty: 0.95,
    certaintyFails: 0.2,
  },
  {
    format: 'ground_economy_22',
    form: 'a Ground Economy number as the post has it: 92 and a mailer of FedEx',
    shape: /^92(?:6129270|6129999|0239465)\d{13}$/,
    check: lastDigit(gs1CheckDigit),
    certainty: 0.7,
    certaintyFails: 0.1,
    but: 'The post that delivers it knows the number, too.',
  },
  {
    format: 'ground_economy_22',
    form: 'a Ground Economy number as the post has it: 22 digits that begin with 92',
    shape: /^92\d{20}$/,
    check: lastDigit(gs1CheckDigit),
    certainty: 0.05,
    certaintyFails: 0.01,
    but: 'So do the numbers of everybody else who hands parcels to the post.',
  },
  {
    format: 'express_34',
    form: 'an Express barcode: 34 digits',
    shape: /^(?!420)\d{34}$/,
    check: lastDigit(express, (number) => number.slice(20)),
    certainty: 0.6,
    certaintyFails: 0.05,
  },
  {
    format: 'astra_32',
    form: 'an ASTRA barcode: 32 digits that begin with 3',
    shape: /^3\d{31}$/,
    check: lastDigit(express, (number) => number.slice(16, 28)),
    certainty: 0.8,
    certaintyFails: 0.05,
  },
  {
    format: 'sscc_18',
    form: 'an SSCC of Ground: 18 digits',
    shape: /^\d{18}$/,
    check: lastDigit(gs1CheckDigit, (number) => number.slice(2)),
    certainty: 0.25,
    certaintyFails: 0.02,
    but: 'Every company numbers its cartons like this.',
  },
  {
    format: 'door_tag',
    form: 'a door tag: DT and 12 digits',
    shape: /^DT\d{12}$/,
    certainty: 0.92,
  },
  {
    format: 'freight_pro',
    form: 'a Freight PRO number: 10 digits',
    shape: /^\d{10}$/,
    certainty: 0.1,
    but: 'Ten digits are a number of nearly everything.',
  },
];

function recognise(number: string, written = number): readonly NumberCandidate[] {
  const wrapper = written === number ? null : wrapperOf(written);
  if (wrapper?.inner === number) {
    const { format, rule } = wrapper.of;
    return [readAs({ ...format, check: () => lastDigit(rule)(number) }, written)];
  }
  // How certain it is depends on the form in which people have it.
  const reading = readByFormats(FORMATS, number === `92${written}` ? written : number);
  return reading === null ? [] : [reading];
}
