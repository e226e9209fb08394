import { trackOneByOne } from 'waybill/adapter';
import { trackingCall } from './access.ts';
import { numbers, PATTERN } from './numbers.ts';
import { parse } from './parse.ts';

/** Requests one number in a call: a call with numbers of two networks is refused as a whole. */
export const track = trackOneByOne({ numbers, parse }, (number) =>
  PATTERN.test(number) ? trackingCall(number) : null,
);
