import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../kernel/test-runs.ts';
import { createDueQueue } from './due-queue.ts';

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
        given.forEach((dueMs, nr) => {
          queue.add(dueMs, nr);
        });
        const order: number[] = [];
        for (let due = queue.take(99); due !== null; due = queue.take(99)) order.push(due.value);
        const sorted = given.map((dueMs, nr) => ({ dueMs, nr }));
        sorted.sort((a, b) => a.dueMs - b.dueMs || a.nr - b.nr);
        expect(order).toEqual(sorted.map(({ nr }) => nr));
      }),
      { seed: 3, numRuns: runs(200) },
    );
  });
});
