import { expect, it } from 'vitest';
import { isTransient } from './shard-batches.ts';

const failed = (code: string): Error => Object.assign(new Error('it failed'), { code });

it.each([
  ['a deadlock', failed('40P01')],
  ['a serialization failure', failed('40001')],
  ['too little room', failed('53100')],
  ['a lock that is not to be had', failed('55P03')],
  ['a statement that was cancelled', failed('57014')],
  ['a connection that broke', failed('08006')],
  ['a socket that is gone', failed('ECONNREFUSED')],
  ['a connection that ended without a code', new Error('Connection terminated unexpectedly')],
])('%s is the machine’s fault: the batch is tried again', (_, error) => {
  expect(isTransient(error)).toBe(true);
});

it.each([
  ['a value that does not fit', failed('22P02')],
  ['a broken constraint', failed('23514')],
  ['a bug', new TypeError('x is not a function')],
  ['no error at all', 'thrown text'],
])('%s is the receipt’s: only that one is set aside', (_, error) => {
  expect(isTransient(error)).toBe(false);
});
