import { trackOneByOne } from 'waybill/adapter';
import { statusCall } from './access.ts';
import { numbers, PATTERN } from './numbers.ts';
import { parse } from './parse.ts';

/** Requests `GET /shipment/v2/status/barcode/{barcode}`, with one barcode in a call. */
export const track = trackOneByOne({ numbers, parse }, (number) =>
  PATTERN.test(number) ? statusCall(number) : null,
);
