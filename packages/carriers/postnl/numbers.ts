import {
  bareNumber,
  endsInCheckDigit,
  type NumberCandidate,
  type NumberRecogniser,
  s10CheckDigit,
} from 'waybill/adapter';

/** The barcodes that may be requested. */
export const PATTERN = /^[0-9A-Z]{8,24}$/;

/** `3S`, the customer code and a serial number, as in all samples of the documents. */
const DOMESTIC = /^3S[A-Z]{4}\d{6,11}$/;
/** A postal item of the Netherlands (UPU S10). */
const S10 = /^[A-Z]{2}(\d{9})NL$/;
/** Other Dutch carriers have barcodes with `3S`, too. */
const CERTAINTY = { domestic: 0.7, valid: 0.95, invalid: 0.2 };

export const numbers: NumberRecogniser = { normalize: bareNumber, recognise };

function recognise(number: string): readonly NumberCandidate[] {
  if (DOMESTIC.test(number)) {
    const why = 'It has the form of a PostNL barcode (3S), which has no check digit known to us.';
    return [{ format: 'domestic', certainty: CERTAINTY.domestic, checkDigit: 'none', why }];
  }
  const serial = S10.exec(number)?.[1];
  if (serial === undefined) return [];
  const fits = endsInCheckDigit(serial, s10CheckDigit);
  const checkDigit = fits ? 'valid' : 'invalid';
  const why =
    'It has the form of an item of the post of the Netherlands (UPU S10), and its check digit ' +
    (fits ? 'fits.' : 'does not fit.');
  return [{ format: 's10', certainty: CERTAINTY[checkDigit], checkDigit, why }];
}
