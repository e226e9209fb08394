import { trackOneByOne } from 'waybill/adapter';
import { trackingCall } from './access.ts';
import { numbers, PATTERN } from './numbers.ts';
import { parse } from './parse.ts';

/** Requests `tracking.json`, with one number in a call. */
export const track = trackOneByOne({ numbers, parse }, (number) =>
  PATTERN.test(number) ? trackingCall(number) : null,
);
