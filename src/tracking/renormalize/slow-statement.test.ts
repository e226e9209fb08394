import { expect, it } from 'vitest';
import { retryCancelled, SlowStatement } from './slow-statement.ts';

const BROKEN_OFF = Object.assign(new Error('canceling statement'), { code: '57014' });

it('a cancelled statement is retried once, with less', async () => {
  const calls: boolean[] = [];
  const read = async (again: boolean) => {
    calls.push(again);
    if (!again) throw BROKEN_OFF;
    return 7;
  };
  expect(await retryCancelled('it', read)).toBe(7);
  expect(calls).toEqual([false, true]);
});

it('cancelled twice it fails for good, and any other error is passed on', async () => {
  let tries = 0;
  const slow = async () => {
    tries += 1;
    throw BROKEN_OFF;
  };
  await expect(retryCancelled('the look at a window', slow)).rejects.toThrow(SlowStatement);
  expect(tries).toBe(2);
  const gone = Object.assign(new Error('gone'), { code: '57P01' });
  await expect(retryCancelled('it', () => Promise.reject(gone))).rejects.toBe(gone);
});
