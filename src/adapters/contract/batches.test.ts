import { expect, it } from 'vitest';
import { askInBatches, type BatchAnswer, batchesOf } from './batches.ts';

const NUMBERS = ['a', 'b', 'c', 'd', 'e', 'f'];

function carrier(
  bad: readonly string[],
  answerOf?: (batch: readonly string[]) => BatchAnswer<string>,
) {
  const calls: string[] = [];
  const ask = async (batch: readonly string[]): Promise<BatchAnswer<string>> => {
    calls.push(batch.join(''));
    if (answerOf !== undefined) return answerOf(batch);
    return batch.some((number) => bad.includes(number))
      ? { refused: 'refused' }
      : { found: new Map(batch.map((number) => [number, 'found'])) };
  };
  return { calls, ask };
}

it('halves a refused batch until the number at fault is alone', async () => {
  const { calls, ask } = carrier(['b']);
  const found = await askInBatches(batchesOf(NUMBERS, 4), 20, 'exhausted', ask);
  expect(calls).toEqual(['abcd', 'ab', 'a', 'b', 'cd', 'ef']);
  expect([...found].filter(([, finding]) => finding !== 'found')).toEqual([['b', 'refused']]);
  expect(found.size).toBe(6);
});

it('asks again without the numbers that the carrier names', async () => {
  const { calls, ask } = carrier([], (batch) =>
    batch.includes('c')
      ? { refused: 'refused', named: ['c', 'unknown'] }
      : { found: new Map(batch.map((number) => [number, 'found'])) },
  );
  const found = await askInBatches([NUMBERS], 20, 'exhausted', ask);
  expect(calls).toEqual(['abcdef', 'abdef']);
  expect(found.get('c')).toBe('refused');
});

it('stops at a failure of the account, which applies to all remaining numbers', async () => {
  const { calls, ask } = carrier([], () => ({ failed: 'auth_error' }));
  const found = await askInBatches(batchesOf(NUMBERS, 2), 20, 'exhausted', ask);
  expect(calls).toEqual(['ab']);
  expect([...found.values()]).toEqual(Array.from(NUMBERS, () => 'auth_error'));
});

it('makes no more calls than it may', async () => {
  const { calls, ask } = carrier(NUMBERS);
  const found = await askInBatches([NUMBERS], 3, 'exhausted', ask);
  expect(calls).toHaveLength(3);
  expect([...found.values()]).toEqual(Array.from(NUMBERS, () => 'exhausted'));
});
