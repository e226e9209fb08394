import {
  bareNumber,
  endsInCheckDigit,
  type NumberCandidate,
  type NumberRecogniser,
  s10CheckDigit,
} from 'waybill/adapter';

/** The texts that may be requested: numbers of shipments and packages, and the test numbers. */
export const PATTERN = /^[0-9A-Z]{10,35}$/;

/** The test numbers of the carrier's page "Testing". */
const TEST = /^TESTPACKAGE[A-Z]{3,20}$/;
/** A postal item of Norway (UPU S10). */
const S10 = /^[A-Z]{2}(\d{9})NO$/;
/** A package (18 digits) or a shipment (17 digits), as in samples; no check digit is documented. */
const DOMESTIC = /^(?:370\d{15}|70\d{15})$/;
const SHIPMENT_DIGITS = 17;
/**
 * A shipment may have several packages, of which the hub cannot tell the right one, so its number is
 * not accepted without being confirmed.
 */
const CERTAINTY = { test: 0.85, package: 0.5, shipment: 0.45, valid: 0.95, invalid: 0.2 };

export const numbers: NumberRecogniser = { normalize: bareNumber, recognise };

function recognise(number: string): readonly NumberCandidate[] {
  if (TEST.test(number)) {
    return [{ format: 'test', certainty: CERTAINTY.test, checkDigit: 'none' }];
  }
  if (DOMESTIC.test(number)) {
    const what = number.length === SHIPMENT_DIGITS ? 'shipment' : 'package';
    return [{ format: 'domestic', certainty: CERTAINTY[what], checkDigit: 'none' }];
  }
  const serial = S10.exec(number)?.[1];
  if (serial === undefined) return [];
  const checkDigit = endsInCheckDigit(serial, s10CheckDigit) ? 'valid' : 'invalid';
  return [{ format: 's10', certainty: CERTAINTY[checkDigit], checkDigit }];
}
