import { describe, expect, it } from 'vitest';
import { createGroupCommit, Overloaded } from './group-commit.ts';

function gate(): { open: () => void; passed: Promise<void> } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

describe('group commit', () => {
  it('lets only the bad item of a batch fail', async () => {
    const stored: number[] = [];
    const group = createGroupCommit<number>({
      flush: async (items) => {
        if (items.includes(3)) throw new Error('3 is bad');
        stored.push(...items);
      },
      batchMax: 10,
      concurrency: 1,
      mayBeItsItems: () => true,
      nowMs: () => 0,
      pendingMax: 100,
    });
    const results = await Promise.allSettled([1, 2, 3, 4].map((n) => group.add(n)));
    expect(results.map((r) => r.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(stored).toEqual([1, 2, 4]);
  });

  it('refuses the whole batch at once when no item can be to blame', async () => {
    let flushes = 0;
    const group = createGroupCommit<number>({
      flush: async () => {
        flushes += 1;
        throw new Error('the database is away');
      },
      batchMax: 10,
      concurrency: 1,
      mayBeItsItems: () => false,
      nowMs: () => 0,
      pendingMax: 10,
    });
    const results = await Promise.allSettled([1, 2, 3].map((n) => group.add(n)));
    expect(results.map((r) => r.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(flushes).toBe(1);
  });

  it('refuses beyond its bound instead of growing', async () => {
    const wait = gate();
    const group = createGroupCommit<number>({
      flush: () => wait.passed,
      batchMax: 1,
      concurrency: 1,
      mayBeItsItems: () => true,
      nowMs: () => 0,
      pendingMax: 2,
    });
    const first = group.add(1);
    const second = group.add(2);
    await expect(group.add(3)).rejects.toBeInstanceOf(Overloaded);
    wait.open();
    await Promise.all([first, second]);
    await expect(group.add(4)).resolves.toBeUndefined();
  });

  it('answers only after the flush that carried the item has ended', async () => {
    const wait = gate();
    let answered = false;
    const group = createGroupCommit<number>({
      flush: () => wait.passed,
      batchMax: 10,
      concurrency: 1,
      mayBeItsItems: () => true,
      nowMs: () => 0,
      pendingMax: 10,
    });
    const added = group.add(1).then(() => {
      answered = true;
    });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(answered).toBe(false);
    wait.open();
    await added;
    expect(answered).toBe(true);
  });

  it('sends what arrives together in one flush, in order and at most batchMax at once', async () => {
    const sizes: number[] = [];
    const group = createGroupCommit<number>({
      flush: async (items) => {
        sizes.push(items.length);
      },
      batchMax: 3,
      concurrency: 1,
      mayBeItsItems: () => true,
      nowMs: () => 0,
      pendingMax: 100,
    });
    await Promise.all(Array.from({ length: 7 }, (_, n) => group.add(n)));
    expect(sizes).toEqual([3, 3, 1]);
    await group.drained();
    expect(group.pending).toBe(0);
  });

  describe('that gathers', () => {
    const turn = () => new Promise(setImmediate);
    const gathering = (gathers: { ms: number; enough: number }) => {
      const sizes: number[] = [];
      const group = createGroupCommit<number>({
        flush: async (items) => {
          sizes.push(items.length);
        },
        batchMax: 10,
        concurrency: 2,
        mayBeItsItems: () => true,
        nowMs: () => 0,
        pendingMax: 100,
        gathers,
      });
      return { group, sizes };
    };

    it('keeps the first waiting for nothing, and the next until they are enough', async () => {
      const { group, sizes } = gathering({ ms: 60_000, enough: 3 });
      await group.add(1);
      const second = group.add(2);
      const third = group.add(3);
      for (let n = 0; n < 5; n += 1) await turn();
      expect(sizes).toEqual([1]);
      await Promise.all([second, third, group.add(4)]);
      expect(sizes).toEqual([1, 3]);
    });

    it('delays nobody for longer than its gathering time', async () => {
      const { group, sizes } = gathering({ ms: 1, enough: 100 });
      for (const n of [1, 2, 3]) await group.add(n);
      expect(sizes).toEqual([1, 1, 1]);
      await group.drained();
    });
  });
});
