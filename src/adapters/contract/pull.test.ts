import { describe, expect, it } from 'vitest';
import {
  askInBatches,
  type BatchAnswer,
  batchesOf,
  retryAfterOf,
  waitRequestedBy,
} from './pull.ts';

const NOON_MS = Date.parse('2026-11-20T12:00:00Z');
const IN_A_MINUTE = 'Fri, 20 Nov 2026 12:01:00 GMT';
const answer = (headers: Record<string, string>) => ({ status: 429, headers, text: '' });

describe('Retry-After', () => {
  it('asks for nothing where it is missing, empty, odd, or a date without a clock', () => {
    for (const headers of [{}, { 'retry-after': ' ' }, { 'retry-after': 'soon' }]) {
      expect(retryAfterOf(answer(headers as Record<string, string>), NOON_MS)).toBeNull();
    }
    expect(retryAfterOf(answer({ 'retry-after': IN_A_MINUTE }))).toBeNull();
    expect(waitRequestedBy(answer({ 'retry-after': IN_A_MINUTE }))).toEqual({});
  });

  it('is read as seconds, and as a date from our clock or from the answer’s own', () => {
    expect(retryAfterOf(answer({ 'retry-after': '90' }))).toBe(90);
    expect(retryAfterOf(answer({ 'retry-after': IN_A_MINUTE }), NOON_MS)).toBe(60);
    expect(retryAfterOf(answer({ 'retry-after': IN_A_MINUTE }), NOON_MS + 90_000)).toBe(0);
    const dated = { 'retry-after': IN_A_MINUTE, date: 'Fri, 20 Nov 2026 12:00:30 GMT' };
    expect(waitRequestedBy(answer(dated))).toEqual({ retryAfterS: 30 });
  });
});

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
