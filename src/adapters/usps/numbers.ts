import {
  digitsOf,
  endsInCheckDigit,
  gs1CheckDigit,
  s10CheckDigit,
} from '../../kernel/check-digit.ts';
import type { NumberCandidate, NumberRecogniser } from '../contract.ts';

/**
 * USPS numbers after Publication 199 (IMpb) and UPU S10, as gathered in
 * jkeen/tracking_number_data `couriers/usps.json` and `s10.json`.
 */
export const numbers: NumberRecogniser = { normalize, recognise };

/** What people and scanners put between digits. */
const SEPARATORS = /[\s\-.\p{Cc}\u2010-\u2015]/gu;

/** Upper case, no separators, no `420` routing prefix. */
export function normalize(input: string): string {
  return stripRouting(input.replace(SEPARATORS, '').toUpperCase());
}

/**
 * `420` and the ZIP stand before the number in the barcode. 34 digits are ambiguous: 22 after a
 * ZIP of nine, or 26 after one of five; the reading whose check digit fits is taken, and when
 * none fits nothing is cut.
 */
function stripRouting(number: string): string {
  if (!/^420\d{27,35}$/.test(number)) return number;
  const afterZip5 = number.slice(8);
  const afterZip9 = number.slice(12);
  if (number.length === 30 && IMPB_22.test(afterZip5)) return afterZip5;
  if (number.length === 38 && IMPB_26.test(afterZip9)) return afterZip9;
  if (number.length !== 34) return number;
  if (IMPB_22.test(afterZip9) && endsInCheckDigit(afterZip9, gs1CheckDigit)) return afterZip9;
  if (IMPB_26.test(afterZip5) && endsInCheckDigit(afterZip5, gs1CheckDigit)) return afterZip5;
  return number;
}

const IMPB_22 = /^9[1-6]\d{20}$/;
const IMPB_26 = /^9[2-4]\d{24}$/;
const S10 = /^[A-Z]{2}(\d{8})(\d)([A-Z]{2})$/;
/** Mailer ids whose parcels another carrier took in and USPS delivers; that carrier answers too. */
const CONSOLIDATOR = /^9[23]\d{3}(?:612|748|109124)/;

function recognise(number: string): readonly NumberCandidate[] {
  if (IMPB_22.test(number)) return [impb(number, 'impb_22')];
  if (IMPB_26.test(number)) return [impb(number, 'impb_26')];
  if (/^\d{20}$/.test(number)) return legacy20(number);
  const s10 = S10.exec(number);
  return s10 === null ? [] : postalItem(s10[1] ?? '', s10[2] ?? '', s10[3] ?? '');
}

function impb(number: string, format: string): NumberCandidate {
  if (!endsInCheckDigit(number, gs1CheckDigit)) {
    return { format, certainty: 0.15, checkDigit: 'invalid' };
  }
  // 96 is how FedEx Ground labels begin; USPS documents 91–95 for its own.
  const certainty = number.startsWith('96') ? 0.4 : CONSOLIDATOR.test(number) ? 0.75 : 0.95;
  return { format, certainty, checkDigit: 'valid' };
}

/** Delivery Confirmation labels without their application identifier `91`. */
function legacy20(number: string): readonly NumberCandidate[] {
  const valid =
    endsInCheckDigit(number, gs1CheckDigit) || endsInCheckDigit(`91${number}`, gs1CheckDigit);
  if (!valid) return [{ format: 'legacy_20', certainty: 0.1, checkDigit: 'invalid' }];
  // 00 begins an SSCC, which is some other carrier's pallet or parcel.
  const certainty = number.startsWith('00') ? 0.1 : 0.6;
  return [{ format: 'legacy_20', certainty, checkDigit: 'valid' }];
}

/** Post of any country: USPS can answer for what travels to or through the United States. */
function postalItem(serial: string, check: string, country: string): readonly NumberCandidate[] {
  const valid = s10CheckDigit(digitsOf(serial) ?? []) === Number(check);
  if (country === 'US') {
    return [
      valid
        ? { format: 's10', certainty: 0.95, checkDigit: 'valid' }
        : { format: 's10', certainty: 0.2, checkDigit: 'invalid' },
    ];
  }
  return valid ? [{ format: 's10', certainty: 0.2, checkDigit: 'valid' }] : [];
}
