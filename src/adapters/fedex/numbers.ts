import {
  type CheckDigitRule,
  endsInCheckDigit,
  gs1CheckDigit,
  mod11Mod10CheckDigit,
} from '../../kernel/check-digit.ts';
import type { NumberCandidate, NumberRecogniser } from '../contract.ts';

/**
 * FedEx numbers. Shapes and sums: jkeen/tracking_number_data `couriers/fedex.json`; the sum of the
 * 20-digit Ground Economy numbers was found by us on the four of FedEx's published mock numbers
 * that have this shape (all fit when `92` is put in front).
 */
export const numbers: NumberRecogniser = { normalize, recognise };

const express: CheckDigitRule = (values) => mod11Mod10CheckDigit(values, [1, 3, 7]);

/**
 * The barcode on the box wraps the number people know: 22 digits hold Ground's 15, 34 hold the 12
 * behind two zeros, 32 (ASTRA) hold 12 inside. Unwrapped only when the check digit agrees, so that
 * another carrier's 22 or 34 digits are left alone.
 */
function normalize(input: string): string {
  const number = input.replace(/[\s\-\u2010-\u2015]/g, '').toUpperCase();
  const wrapped = WRAPPERS.find(({ shape }) => shape.test(number));
  if (wrapped === undefined) return number;
  const inner = number.slice(...wrapped.inner);
  return endsInCheckDigit(inner, wrapped.rule) ? inner : number;
}

interface Wrapper {
  readonly shape: RegExp;
  readonly inner: readonly [from: number, to: number];
  readonly rule: CheckDigitRule;
}

const WRAPPERS: readonly Wrapper[] = [
  { shape: /^96\d{20}$/, inner: [7, 22], rule: gs1CheckDigit },
  { shape: /^(?!420)\d{20}00\d{12}$/, inner: [22, 34], rule: express },
  { shape: /^3\d{31}$/, inner: [16, 28], rule: express },
];

interface Format {
  readonly format: string;
  readonly shape: RegExp;
  /** Which part is summed, its check digit last. */
  readonly summed?: (number: string) => string;
  readonly rule: CheckDigitRule | null;
  /** Certainty with a fitting check digit (or none to check), and with a failing one. */
  readonly certainty: readonly [fits: number, fails: number];
}

/** Mock numbers fail their sums, so a failing one lowers the certainty and excludes nothing. */
const FORMATS: readonly Format[] = [
  { format: 'express_12', shape: /^\d{12}$/, rule: express, certainty: [0.8, 0.1] },
  { format: 'ground_15', shape: /^\d{15}$/, rule: gs1CheckDigit, certainty: [0.85, 0.15] },
  {
    format: 'ground_economy_20',
    shape: /^(?:61|02)\d{18}$/,
    summed: (number) => `92${number}`,
    rule: gs1CheckDigit,
    certainty: [0.7, 0.1],
  },
  {
    format: 'ground_96',
    shape: /^96\d{20}$/,
    summed: (number) => number.slice(7),
    rule: gs1CheckDigit,
    certainty: [0.9, 0.1],
  },
  {
    format: 'express_34',
    shape: /^(?!420)\d{34}$/,
    summed: (number) => number.slice(20),
    rule: express,
    certainty: [0.6, 0.05],
  },
  {
    format: 'astra_32',
    shape: /^3\d{31}$/,
    summed: (number) => number.slice(16, 28),
    rule: express,
    certainty: [0.7, 0.05],
  },
  {
    format: 'sscc_18',
    shape: /^\d{18}$/,
    summed: (number) => number.slice(2),
    rule: gs1CheckDigit,
    certainty: [0.3, 0.02],
  },
  // Handed to the post office under its own number; the post office's recogniser knows better.
  { format: 'ground_economy_22', shape: /^92\d{20}$/, rule: gs1CheckDigit, certainty: [0.3, 0.02] },
  { format: 'door_tag', shape: /^DT\d{12}$/, rule: null, certainty: [0.95, 0.95] },
  // Ten digits are many carriers' numbers, and no sum is published for this one.
  { format: 'freight_pro', shape: /^\d{10}$/, rule: null, certainty: [0.15, 0.15] },
];

function recognise(number: string): readonly NumberCandidate[] {
  return FORMATS.filter(({ shape }) => shape.test(number)).map((format) => {
    const checkDigit = checkOf(format, number);
    return {
      format: format.format,
      certainty: format.certainty[checkDigit === 'invalid' ? 1 : 0],
      checkDigit,
    };
  });
}

function checkOf(format: Format, number: string): NumberCandidate['checkDigit'] {
  if (format.rule === null) return 'none';
  const summed = format.summed?.(number) ?? number;
  return endsInCheckDigit(summed, format.rule) ? 'valid' : 'invalid';
}
