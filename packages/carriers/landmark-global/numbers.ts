import { bareNumber, type NumberCandidate, type NumberRecogniser } from 'waybill/adapter';

/** `LTN` and digits, in most samples with `N1` behind them; no check digit is documented. */
export const PATTERN = /^LTN\d{6,12}(N\d)?$/;
const CERTAINTY = { whole: 0.85, short: 0.6 };

export const numbers: NumberRecogniser = { normalize: bareNumber, recognise };

function recognise(number: string): readonly NumberCandidate[] {
  const match = PATTERN.exec(number);
  if (match === null) return [];
  const certainty = match[1] === undefined ? CERTAINTY.short : CERTAINTY.whole;
  return [{ format: 'ltn', certainty, checkDigit: 'none' }];
}
