import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadAdapters } from '../../src/adapters/index.ts';
import { isTest, sliceOf } from '../slices.ts';
import { guards } from './guards.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it.each(guards(ROOT))(
  'the guard "$name" is where the list says, once',
  ({ file, code, instead }) => {
    const parts = readFileSync(`${ROOT}${file}`, 'utf8').split(code);
    expect(parts.length - 1, `${file} contains ${code}`).toBe(1);
    expect(instead).not.toBe(code);
  },
);

it('guards are tested by the fast tests', () => {
  const files = guards(ROOT).flatMap(({ tests }) => tests);
  expect(files.filter((file) => !isTest(file) || sliceOf(file) !== null)).toEqual([]);
});

it('every carrier that sends webhooks has a guard', async () => {
  const pushing = (await loadAdapters()).list().filter(({ webhook }) => webhook !== undefined);
  expect(guards(ROOT).map(({ name }) => name)).toEqual(
    expect.arrayContaining(pushing.map(({ manifest }) => `webhooks of ${manifest.name}`)),
  );
});
