import { trackOneByOne } from 'waybill/adapter';
import { shipxCall } from './access.ts';
import { numbers, PATTERN } from './numbers.ts';
import { parse } from './parse.ts';

/** Requests `GET /v1/tracking/{number}`, with one number in a call. */
export const track = trackOneByOne({ numbers, parse }, (number, { country }) =>
  PATTERN.test(number) ? shipxCall(`/v1/tracking/${number}`, country) : null,
);
