import { mod10CheckDigit } from '../../kernel/check-digit.ts';
import type { NumberCandidate, NumberRecogniser } from '../contract.ts';

/**
 * UPS numbers. Shapes and sums: jkeen/tracking_number_data `couriers/ups.json`; 1R from
 * UPS-API/api-documentation UPSTrackAlert.yaml; the rest is unverified and ranks low.
 */
export const numbers: NumberRecogniser = { normalize, recognise };

function normalize(input: string): string {
  return input.replace(/[\s\-\u2010-\u2015]/g, '').toUpperCase();
}

interface Format {
  readonly format: string;
  readonly shape: RegExp;
  /** How many characters lead before the summed part; null: no sum is known. */
  readonly summedFrom: number | null;
  readonly certainty: readonly [fits: number, fails: number];
}

/** UPS's own test numbers (1ZCIETST…) fail the sum, so a failing one excludes nothing. */
const FORMATS: readonly Format[] = [
  { format: '1z', shape: /^1Z[0-9A-Z]{15}\d$/, summedFrom: 2, certainty: [0.99, 0.6] },
  { format: 'waybill', shape: /^[AHJKTV]\d{10}$/, summedFrom: 1, certainty: [0.6, 0.1] },
  { format: 'letter_10', shape: /^[WMQF]\d{10}$/, summedFrom: null, certainty: [0.3, 0.3] },
  {
    format: 'roadie',
    shape: /^1R(?:[0-9A-Z]{14}|[0-9A-Z]{26})$/,
    summedFrom: null,
    certainty: [0.8, 0.8],
  },
  { format: 'freight_9', shape: /^\d{9}$/, summedFrom: null, certainty: [0.15, 0.15] },
  { format: 'freight_12', shape: /^\d{12}$/, summedFrom: null, certainty: [0.1, 0.1] },
  { format: 'mail_innovations', shape: /^9\d{17,33}$/, summedFrom: null, certainty: [0.1, 0.1] },
];

function recognise(number: string): readonly NumberCandidate[] {
  return FORMATS.filter(({ shape }) => shape.test(number)).map((format) => {
    const checkDigit =
      format.summedFrom === null
        ? 'none'
        : fits(number.slice(format.summedFrom))
          ? 'valid'
          : 'invalid';
    return {
      format: format.format,
      certainty: format.certainty[checkDigit === 'invalid' ? 1 : 0],
      checkDigit,
    };
  });
}

/** Weights 1, 2 from the right without folding digits; letters count as (ASCII − 3) mod 10. */
function fits(summed: string): boolean {
  const values = Array.from(summed, (char) =>
    char >= 'A' ? (char.charCodeAt(0) - 3) % 10 : Number(char),
  );
  return mod10CheckDigit(values.slice(0, -1), [1, 2]) === values[values.length - 1];
}
