import {
  bareNumber,
  endsInCheckDigit,
  type NumberCandidate,
  type NumberRecogniser,
  s10CheckDigit,
} from 'waybill/adapter';

/** The numbers that may be requested: postal items (UPU S10), also those from abroad. */
export const PATTERN = /^[A-Z]{2}\d{9}[A-Z]{2}$/;
const BRAZILIAN = /^[A-Z]{2}(\d{9})BR$/;
const CERTAINTY = { valid: 0.95, invalid: 0.2 };

export const numbers: NumberRecogniser = { normalize: bareNumber, recognise };

function recognise(number: string): readonly NumberCandidate[] {
  const serial = BRAZILIAN.exec(number)?.[1];
  if (serial === undefined) return [];
  const checkDigit = endsInCheckDigit(serial, s10CheckDigit) ? 'valid' : 'invalid';
  return [{ format: 's10', certainty: CERTAINTY[checkDigit], checkDigit }];
}
