import { expect, it } from 'vitest';
import { startTurns, type TurnsOptions } from './turns.ts';

interface Run {
  readonly keys: readonly string[];
  end(): void;
  fail(error: Error): void;
}

/** Turns whose runs end when the test says so. */
function start(options: Partial<TurnsOptions<string>> = {}) {
  const runs: Run[] = [];
  const failures: (readonly string[])[] = [];
  const turns = startTurns<string>({
    work: (keys) =>
      new Promise<void>((resolve, reject) => {
        runs.push({ keys, end: resolve, fail: reject });
      }),
    onFailure: (_error, keys) => failures.push(keys),
    runsMax: 2,
    ...options,
  });
  return { turns, runs, failures, keys: () => runs.map((run) => run.keys.join(' ')) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

it('gives turns in the order of requests, limited in parallel', async () => {
  const { turns, runs, keys } = start();
  turns.request(['a', 'b', 'c', 'd']);
  await settled();
  expect(keys()).toEqual(['a', 'b']);
  runs[1]?.end();
  await settled();
  expect([keys(), [...turns.busy]]).toEqual([
    ['a', 'b', 'c'],
    ['a', 'c'],
  ]);
  for (const run of runs) run.end();
  await settled();
  for (const run of runs) run.end();
  await turns.drained();
  expect(keys()).toEqual(['a', 'b', 'c', 'd']);
});

it('never has a key in two runs at once, and runs it once more if it was requested meanwhile', async () => {
  const { turns, runs, keys } = start();
  turns.request(['a']);
  await settled();
  for (let index = 0; index < 3; index += 1) turns.request(['a']);
  await settled();
  expect(keys()).toEqual(['a']);
  let drained = false;
  void turns.drained().then(() => {
    drained = true;
  });
  runs[0]?.end();
  await settled();
  expect([keys(), drained]).toEqual([['a', 'a'], false]);
  runs[1]?.end();
  await settled();
  expect([keys(), drained]).toEqual([['a', 'a'], true]);
});

it('does several keys in one run, and keeps the place of one that does not fit yet', async () => {
  const { turns, runs, keys } = start({
    keysPerRunMax: 3,
    fits: (key, chosen) => key !== 'alone' || chosen.length === 0,
  });
  turns.request(['a']);
  await settled();
  turns.request(['b', 'alone', 'c', 'd']);
  await settled();
  expect(keys()).toEqual(['a', 'b c d']);
  turns.request(['e']);
  runs[0]?.end();
  await settled();
  expect(keys()).toEqual(['a', 'b c d', 'alone e']);
  runs[1]?.end();
  runs[2]?.end();
  await turns.drained();
});

it('continues after a failed run and reports its keys; a dropped key no longer waits', async () => {
  const { turns, runs, failures, keys } = start({ runsMax: 1 });
  turns.request(['a', 'b', 'c']);
  await settled();
  turns.drop('b');
  runs[0]?.fail(new Error('no answer'));
  await settled();
  expect([failures, keys()]).toEqual([[['a']], ['a', 'c']]);
  runs[1]?.end();
  await turns.drained();
});

it('is counted by work that asks for a turn at once', async () => {
  const keys: string[] = [];
  const turns = startTurns<string>({
    async work([key = '']) {
      keys.push(key);
      if (key === 'a') turns.request(['b', 'c']);
      await settled();
    },
    onFailure: () => {},
    runsMax: 1,
  });
  turns.request(['a']);
  await settled();
  expect(keys).toEqual(['a']);
  await turns.drained();
  expect(keys).toEqual(['a', 'b', 'c']);
});

it('stops with the runs that are under way, and begins none after them', async () => {
  const { turns, runs, keys } = start({ runsMax: 1 });
  turns.request(['a', 'b']);
  await settled();
  let stopped = false;
  const stopping = turns.stop().then(() => {
    stopped = true;
  });
  await settled();
  expect(stopped).toBe(false);
  runs[0]?.end();
  await stopping;
  turns.request(['c']);
  await settled();
  expect(keys()).toEqual(['a']);
});
