import { expect, it } from 'vitest';
import { followChanges } from './follow-changes.ts';

/** Loads that end when the test says so. */
function startTest() {
  const loads: { readonly done: () => void; readonly fail: (error: Error) => void }[] = [];
  let told = () => {};
  let listens = false;
  const failures: unknown[] = [];
  const load = () =>
    new Promise<void>((resolve, reject) => {
      loads.push({ done: resolve, fail: reject });
    });
  const followed = followChanges({
    load,
    channel: 'changes',
    lookEveryMs: 3_600_000,
    listener: {
      on(channel, handler) {
        listens = channel === 'changes';
        told = () => handler(null);
        return () => {
          listens = false;
        };
      },
    },
    onFailure: (error) => failures.push(error),
  });
  return {
    loads,
    followed,
    failures,
    tell: () => told(),
    listens: () => listens,
    /** Until what was settled has been heard of. */
    heard: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

it('loads once before it is there, then at each change, one at a time', async () => {
  const test = startTest();
  test.loads[0]?.done();
  const followed = await test.followed;
  for (let change = 0; change < 5; change += 1) test.tell();
  expect(test.loads).toHaveLength(2);
  test.loads[1]?.done();
  await test.heard();
  // Four came while one ran: one more sees what they were told of.
  expect(test.loads).toHaveLength(3);
  test.loads[2]?.done();
  await followed.close();
  expect(test.listens()).toBe(false);
});

it('resolves a refresh only when a load has ended that began after it', async () => {
  const test = startTest();
  test.loads[0]?.done();
  const followed = await test.followed;
  test.tell();
  let isKnown = false;
  const refreshed = followed.refresh().then(() => {
    isKnown = true;
  });
  test.loads[1]?.done();
  await test.heard();
  expect(isKnown).toBe(false);
  test.loads[2]?.done();
  await refreshed;
  await followed.close();
});

it('goes on after a load that failed, and says so; a first one rejects', async () => {
  const test = startTest();
  test.loads[0]?.done();
  const followed = await test.followed;
  test.tell();
  test.loads[1]?.fail(new Error('no answer'));
  await test.heard();
  expect(test.failures).toHaveLength(1);
  test.tell();
  expect(test.loads).toHaveLength(3);
  test.loads[2]?.done();
  await followed.close();
  const other = startTest();
  other.loads[0]?.fail(new Error('no database'));
  await expect(other.followed).rejects.toThrow('no database');
});
