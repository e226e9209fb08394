import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { createDueQueue, createSubscriptionBook, isLive } from './subscriptions.ts';

const wanted = {
  account: 'tester',
  numbers: ['N1'],
  url: 'http://hub/hook',
  secret: 'test-secret',
  header: null,
  state: 'active',
  expiresAtMs: 1_000,
  details: {},
} as const;

describe('a subscription', () => {
  it('is live between its handshake and its end, and never while it is suspended', () => {
    const book = createSubscriptionBook('seed', { onCovers: () => {} });
    const subscription = book.at(0).create(wanted);
    expect([999, 1_000].map((nowMs) => isLive(subscription, nowMs))).toEqual([true, false]);
    expect(isLive({ ...subscription, expiresAtMs: null }, 1_000)).toBe(true);
    for (const state of ['pending', 'suspended', 'ended'] as const) {
      expect(isLive({ ...subscription, state }, 0)).toBe(false);
    }
  });

  it('covers its first numbers, and reports added ones once', () => {
    const covered: (readonly string[] | null)[] = [];
    const book = createSubscriptionBook('seed', {
      onCovers: (_, numbers) => covered.push(numbers),
    });
    const { id } = book.at(0).create(wanted);
    book.at(1).update(id, { numbers: ['N1', 'N2'] });
    book.at(2).update(id, { numbers: ['N2'] });
    expect(covered).toEqual([['N1'], ['N2']]);
    expect(book.at(3).update('none', {})).toBeNull();
  });

  it('is listed for its own account only', () => {
    const book = createSubscriptionBook('seed', { onCovers: () => {} });
    book.at(0).create(wanted);
    expect(book.at(0).list('tester')).toHaveLength(1);
    expect(book.at(0).list('another')).toEqual([]);
  });
});

describe('a due queue', () => {
  it('gives nothing before it is due', () => {
    const queue = createDueQueue<string>();
    expect(queue.take(1)).toBeNull();
    queue.add(10, 'later');
    expect(queue.take(9)).toBeNull();
    expect(queue.take(10)).toEqual({ dueMs: 10, value: 'later' });
    expect(queue.nextMs).toBeNull();
  });

  it('keeps the order of instants, and of adding for equal ones', () => {
    const instants = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 100 });
    fc.assert(
      fc.property(instants, (given) => {
        const queue = createDueQueue<number>();
        given.forEach((dueMs, index) => {
          queue.add(dueMs, index);
        });
        const order: number[] = [];
        for (let due = queue.take(99); due !== null; due = queue.take(99)) order.push(due.value);
        const sorted = given.map((dueMs, index) => ({ dueMs, index }));
        sorted.sort((a, b) => a.dueMs - b.dueMs || a.index - b.index);
        expect(order).toEqual(sorted.map(({ index }) => index));
      }),
      { seed: 3, numRuns: runs(200) },
    );
  });
});
