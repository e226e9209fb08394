import { pino } from 'pino';
import { afterEach, expect, it } from 'vitest';
import type { Loop } from '../platform/work/loop.ts';
import { type Sweep, startSweeps } from './maintenance.ts';

const running: Loop[] = [];
afterEach(async () => {
  for (const sweeps of running.splice(0)) await sweeps.stop();
});

interface Line {
  readonly sweep?: string;
  readonly third?: number;
}

function start(sweeps: Readonly<Record<string, Sweep>>): {
  readonly loop: Loop;
  readonly lines: Line[];
} {
  const lines: Line[] = [];
  const log = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) });
  const loop = startSweeps(sweeps, { everyMs: 3_600_000, log });
  running.push(loop);
  return { loop, lines };
}

it('does the others when one fails, and says which', async () => {
  const done: string[] = [];
  const { loop, lines } = start({
    first: async () => done.push('first'),
    second: () => Promise.reject(new Error('no disk')),
    third: async () => done.push('third'),
  });
  await loop.now();
  expect(done).toEqual(['first', 'third']);
  expect(lines).toMatchObject([{ sweep: 'second' }, { first: 1, third: 2 }]);
});

it('never does two at once, however long one takes', async () => {
  let [atOnce, most, times] = [0, 0, 0];
  let finish = (): void => {};
  const { loop } = start({
    async slow() {
      times += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      atOnce -= 1;
      return 0;
    },
  });
  const first = loop.now();
  const again = loop.now();
  finish();
  await first;
  finish();
  await again;
  expect([most, times]).toEqual([1, 2]);
});

it('ends with the one that is under way', async () => {
  const done: string[] = [];
  const { loop } = start({
    first: async () => done.push('first'),
    second: async () => done.push('second'),
  });
  const under = loop.now();
  await loop.stop();
  await under;
  expect(done).toEqual(['first']);
});

it('yields between two sweeps, continues where it was, and not for ever', async () => {
  const done: string[] = [];
  let [isBusy, nowMs] = [false, 0];
  const sweep =
    (name: string, busyAfter: boolean): Sweep =>
    async () => {
      done.push(name);
      isBusy = busyAfter;
      return 0;
    };
  const loop = startSweeps(
    { first: sweep('first', true), second: sweep('second', false), third: sweep('third', false) },
    {
      everyMs: 3_600_000,
      log: pino({ level: 'silent' }),
      givesWay: () => isBusy,
      monotonicMs: () => nowMs,
    },
  );
  running.push(loop);
  await loop.now();
  await loop.now();
  expect(done).toEqual(['first']);
  isBusy = false;
  await loop.now();
  expect(done).toEqual(['first', 'second', 'third', 'first']);
  nowMs += 3_600_000;
  await loop.now();
  expect(done.slice(4)).toEqual(['second', 'third', 'first']);
});
