import { type NumberRecogniser, postalItemFormat, recogniserOf } from 'waybill/adapter';

/** The numbers that may be requested: postal items (UPU S10), also those from abroad. */
export const PATTERN = /^[A-Z]{2}\d{9}[A-Z]{2}$/;

export const numbers: NumberRecogniser = recogniserOf([postalItemFormat('BR')]);
