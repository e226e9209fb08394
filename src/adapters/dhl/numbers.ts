import {
  type CheckDigitRule,
  digitsOf,
  endsInCheckDigit,
  gs1CheckDigit,
  mod7CheckDigit,
  s10CheckDigit,
} from '../../kernel/check-digit.ts';
import type { NumberCandidate, NumberRecogniser } from '../contract.ts';

/**
 * Numbers of the DHL networks after jkeen/tracking_number_data `couriers/dhl.json` and
 * RomaBilka/parcel-tracking. Many shapes are other carriers' too; the certainty says how often.
 */
export const numbers: NumberRecogniser = { normalize, recognise };

/** What people and scanners put between and around characters. */
const SEPARATORS = /[\s\-.()\p{Cc}\u2010-\u2015]/gu;

/** Upper case, no separators, no `420` routing prefix; an SSCC of 18 digits gets its `00`. */
export function normalize(input: string): string {
  const number = input.replace(SEPARATORS, '').toUpperCase();
  const routed = /^420\d{5}(?:\d{4})?(93\d{3}109124\d{11}(?:\d{4})?)$/.exec(number)?.[1];
  if (routed !== undefined && endsInCheckDigit(routed, gs1CheckDigit)) return routed;
  return /^340434\d{12}$/.test(number) && endsInCheckDigit(number, gs1CheckDigit)
    ? `00${number}`
    : number;
}

/** Identcode of Parcel DE: weights 4, 9 from the left; eleven digits, so also from the right. */
const identcodeCheckDigit: CheckDigitRule = (digits) => {
  const sum = digits.reduce((total, digit, i) => total + digit * (i % 2 === 0 ? 4 : 9), 0);
  return (10 - (sum % 10)) % 10;
};

interface Shape {
  readonly format: string;
  readonly pattern: RegExp;
  readonly certainty: number;
  /** With a rule: how certain it is when the digit does not fit. */
  readonly check?: { readonly rule: CheckDigitRule; readonly certaintyInvalid: number };
}

const GS1 = (certaintyInvalid: number) => ({ rule: gs1CheckDigit, certaintyInvalid });

/** First match wins, so the telling shapes stand before the vague ones. */
const SHAPES: readonly Shape[] = [
  { format: 'parcel_de_licence_plate', pattern: /^JJD\d{18}$/, certainty: 0.9 },
  { format: 'express_piece', pattern: /^JJ?D\d{10,20}$/, certainty: 0.85 },
  { format: 'parcel_nl', pattern: /^JVGL\d{14,24}$/, certainty: 0.9 },
  // PostNL numbers begin with 3S, too.
  { format: 'parcel_nl', pattern: /^3S[A-Z0-9]{8,20}$/, certainty: 0.35 },
  { format: 'parcel_de_sscc', pattern: /^00340434\d{12}$/, certainty: 0.95, check: GS1(0.2) },
  // Any company's SSCC; Parcel DE takes those of its customers.
  { format: 'parcel_de_sscc', pattern: /^00\d{18}$/, certainty: 0.3, check: GS1(0.05) },
  {
    format: 'express_10',
    pattern: /^\d{10}$/,
    certainty: 0.6,
    check: { rule: mod7CheckDigit, certaintyInvalid: 0.05 },
  },
  {
    format: 'parcel_de_identcode',
    pattern: /^\d{12}$/,
    certainty: 0.35,
    check: { rule: identcodeCheckDigit, certaintyInvalid: 0.05 },
  },
  // Mailer id 109124: DHL eCommerce, delivered by the United States post.
  {
    format: 'ecommerce_impb',
    pattern: /^93\d{3}109124\d{11}(?:\d{4})?$/,
    certainty: 0.85,
    check: GS1(0.1),
  },
  { format: 'ecommerce_gm', pattern: /^GM[A-Z0-9]{10,39}$/, certainty: 0.85 },
  {
    format: 'ecommerce',
    pattern: /^(?:LX|RX|UV|CN|SG|TH|IN|HK|MY)(?!\d{9}[A-Z]{2}$)[A-Z0-9]{10,39}$/,
    certainty: 0.4,
  },
  { format: 'dgf_housebill', pattern: /^[A-Z]{3}\d{7}$/, certainty: 0.3 },
  { format: 'ecommerce_14', pattern: /^\d{14}$/, certainty: 0.1 },
  { format: 'dgf_air_waybill', pattern: /^\d{11}$/, certainty: 0.1 },
  { format: 'freight', pattern: /^\d{7}$/, certainty: 0.05 },
  { format: 'dgf', pattern: /^\d{9}$/, certainty: 0.05 },
];

const GERMAN_POST = /^[A-Z]{2}(\d{8})(\d)DE$/;

function recognise(number: string): readonly NumberCandidate[] {
  const post = GERMAN_POST.exec(number);
  if (post) {
    const isValid = s10CheckDigit(digitsOf(post[1] ?? '') ?? []) === Number(post[2]);
    return [candidate('post_de_s10', isValid ? 0.9 : 0.15, isValid)];
  }
  const shape = SHAPES.find(({ pattern }) => pattern.test(number));
  if (shape === undefined) return [];
  const { format, certainty, check } = shape;
  if (check === undefined) return [{ format, certainty, checkDigit: 'none' }];
  const isValid = endsInCheckDigit(number, check.rule);
  return [candidate(format, isValid ? certainty : check.certaintyInvalid, isValid)];
}

function candidate(format: string, certainty: number, isValid: boolean): NumberCandidate {
  return { format, certainty, checkDigit: isValid ? 'valid' : 'invalid' };
}
