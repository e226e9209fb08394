import { type NumberRecogniser, postalItemFormat, recogniserOf } from 'waybill/adapter';

/** The numbers that may be requested: of shipments and packages, and the test numbers. */
export const PATTERN = /^[0-9A-Z]{10,35}$/;

export const numbers: NumberRecogniser = recogniserOf([
  {
    // The carrier's page "Testing".
    format: 'test',
    form: 'a test number of Bring',
    shape: /^TESTPACKAGE[A-Z]{3,20}$/,
    certainty: 0.85,
  },
  {
    // As in samples; no check digit is documented.
    format: 'domestic',
    form: 'a package of Bring: 370 and 15 digits',
    shape: /^370\d{15}$/,
    certainty: 0.5,
  },
  {
    // Below the certainty at which the hub accepts a number without its carrier: a shipment may
    // have several packages, and the hub cannot tell which is meant.
    format: 'domestic',
    form: 'a shipment of Bring: 70 and 15 digits',
    shape: /^70\d{15}$/,
    certainty: 0.45,
    but: 'A shipment may have several packages.',
  },
  postalItemFormat('NO'),
]);
