import { trackOneByOne } from 'waybill/adapter';
import { numbers, PATTERN } from './numbers.ts';
import { parse } from './parse.ts';

/** Requests all events of a number (`resultado=T`), with one number in a call. */
export const track = trackOneByOne({ numbers, parse }, (number) =>
  PATTERN.test(number)
    ? { method: 'GET', path: `/srorastro/v1/objetos/${number}?resultado=T` }
    : null,
);
