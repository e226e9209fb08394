import { trackOneByOne } from 'waybill/adapter';
import { trackCall } from './access.ts';
import { numbers, PATTERN } from './numbers.ts';
import { parse } from './parse.ts';

/** Requests one number in a call, as the Track API does. */
export const track = trackOneByOne({ numbers, parse }, (number, credentials) =>
  PATTERN.test(number) ? trackCall(number, credentials) : null,
);
