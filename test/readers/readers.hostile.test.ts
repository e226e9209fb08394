import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Growth } from './count-work.ts';
import { casesOf, type Reader, readAll } from './reader.ts';
import { READERS } from './readers.ts';
import { SHAPES, type Shape } from './shapes.ts';

/**
 * CPU time of each reader at both ends of three doublings. Includes the engine's built-in
 * functions, such as backtracking in patterns and garbage collection.
 */
const CHARS_MIN = 262_144;
const CHARS_MAX = 2_097_152;
/** Linear work gives 2, quadratic 4; other programs on the same cores disturb both. */
const RATIO_MAX = 3;
/** The best of these counts: an attempt may be disturbed, but none is faster than the reader. */
const ATTEMPTS = 5;
/** Shorter times are dominated by this process's other work. */
const MEASURABLE_MS = 20;

async function cpuMs(reader: Reader, text: string, times: number): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < times; index += 1) await readAll(reader, text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** The growth of time per doubling, or 0 if it is too short to measure. */
async function ratio(reader: Reader, make: Shape): Promise<number> {
  const most = Math.min(CHARS_MAX, reader.charsMax ?? CHARS_MAX);
  const least = Math.min(CHARS_MIN, Math.floor(most / 8));
  const [short, long] = [make(least), make(most)];
  // Short inputs are read repeatedly.
  const times = Math.ceil(CHARS_MIN / most);
  const doublings = Math.log2(most / least);
  let best = Number.POSITIVE_INFINITY;
  for (let index = 0; index < ATTEMPTS && best > RATIO_MAX; index += 1) {
    const longMs = await cpuMs(reader, long, times);
    if (longMs < MEASURABLE_MS) return 0;
    const shortMs = Math.max(0.5, await cpuMs(reader, short, times));
    best = Math.min(best, (longMs / shortMs) ** (1 / doublings));
  }
  return best;
}

describe('processor time', () => {
  it.each(READERS)(
    `of $name grows at most ${RATIO_MAX} times for an input of twice the length`,
    async (reader) => {
      const slow: string[] = [];
      for (const { name, make } of casesOf(reader, SHAPES)) {
        const grown = await ratio(reader, make);
        if (grown > RATIO_MAX) slow.push(`${name}: ${grown.toFixed(2)}`);
      }
      expect(slow).toEqual([]);
    },
  );
});

const GROWTH_MAX = 2.2;
const COUNTER = fileURLToPath(new URL('count-work.ts', import.meta.url));

describe('every reader of external input', () => {
  it('does at most 2.2 times the work for an input of twice the length', async () => {
    const child = fork(COUNTER, [], { execArgv: ['--import', 'tsx'] });
    const [grown] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => [[]]),
    ])) as [readonly Growth[]];
    expect(grown.length).toBeGreaterThan(READERS.length * 10);
    expect(grown.filter(({ growth }) => !(growth <= GROWTH_MAX))).toEqual([]);
  });
});
