import { trackOneByOne } from 'waybill/adapter';
import { trackingCall } from './access.ts';
import { numbers, PATTERN } from './numbers.ts';
import { parse } from './parse.ts';

/** Requests `GET /shipping/v2/tracking`, with one number in a call. */
export const track = trackOneByOne({ numbers, parse }, (number, credentials) =>
  PATTERN.test(number) ? trackingCall(number, credentials) : null,
);
