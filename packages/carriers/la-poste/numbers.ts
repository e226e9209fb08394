import {
  bareNumber,
  endsInCheckDigit,
  type NumberCandidate,
  type NumberRecogniser,
  s10CheckDigit,
} from 'waybill/adapter';

/** "11 to 15 characters", as clients say. */
export const PATTERN = /^[0-9A-Z]{11,15}$/;

/** Parcels of the samples: a digit, a letter and 11 digits. */
const PARCEL = /^\d[A-Z]\d{11}$/;
/** A postal item of France (UPU S10). */
const S10 = /^[A-Z]{2}(\d{9})FR$/;
const CERTAINTY = { parcel: 0.6, valid: 0.95, invalid: 0.2 };

export const numbers: NumberRecogniser = { normalize: bareNumber, recognise };

function recognise(number: string): readonly NumberCandidate[] {
  if (PARCEL.test(number)) {
    const why = 'It has the form of a parcel of La Poste, which has no check digit known to us.';
    return [{ format: 'parcel_13', certainty: CERTAINTY.parcel, checkDigit: 'none', why }];
  }
  const serial = S10.exec(number)?.[1];
  if (serial === undefined) return [];
  const fits = endsInCheckDigit(serial, s10CheckDigit);
  const checkDigit = fits ? 'valid' : 'invalid';
  const why =
    'It has the form of an item of the post of France (UPU S10), and its check digit ' +
    (fits ? 'fits.' : 'does not fit.');
  return [{ format: 's10', certainty: CERTAINTY[checkDigit], checkDigit, why }];
}
