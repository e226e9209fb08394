import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BENCHES, isTest, partOf, SLICES, sliceOf } from './slices.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 << 20 });

/** As the runner lists them: each file with its project. */
const seen = (
  JSON.parse(run('npx', 'vitest', 'list', '--filesOnly', '--json')) as readonly {
    file: string;
    projectName: string;
  }[]
).map(({ file, projectName }) => ({ file: relative(ROOT, file), project: projectName }));

describe('every test file', () => {
  it('runs in npm test or in one slice of test:all, by its name, and never in two', () => {
    const files = run('git', 'ls-files', '--cached', '--others', '--exclude-standard')
      .split('\n')
      .filter(isTest);
    expect(files.length).toBeGreaterThan(400);
    const wanted = files.map((file) => `${file}: ${sliceOf(file) ?? 'now'}`);
    expect(seen.map(({ file, project }) => `${file}: ${project}`).sort()).toEqual(wanted.sort());
  });

  it.each([
    ['fold.test.ts', null],
    ['src/http/page.test.tsx', null],
    ['src/deliveries.sql.test.ts', null],
    ['src/cli/start.hubs.test.ts', 'hubs'],
    ['src/deliveries.sql.kills.test.ts', 'kills'],
  ])('named %s is in %s', (file, slice) => {
    expect(sliceOf(file)).toBe(slice);
  });

  it.each(['start.hub.test.ts', 'fold.random.test.ts', 'a.b.c.test.ts'])(
    'named %s is rejected with the valid names',
    (file) => {
      expect(() => sliceOf(file)).toThrow(/kills|NAME\.SLICE/);
    },
  );
});

describe('a part of a slice', () => {
  const files = Array.from({ length: 40 }, (_, index) => `test/${index}.engines.test.ts`);

  it('has the share of files that there is time for, and other files at another commit', () => {
    expect(partOf(files, 30, 'a')).toHaveLength(12);
    expect(partOf(files, 30, 'a')).toEqual(partOf(files, 30, 'a'));
    expect(partOf(files, 30, 'a')).not.toEqual(partOf(files, 30, 'b'));
    expect(partOf(files, 60, 'a')).toEqual(expect.arrayContaining([...partOf(files, 30, 'a')]));
  });

  it('is never empty, and all of it is everything', () => {
    expect(partOf(files.slice(0, 3), 1, 'a')).toHaveLength(1);
    expect([...partOf(files, 100, 'a')].sort()).toEqual([...files].sort());
  });
});

it('a test with more than a hundred random runs takes their number from test-runs.ts', () => {
  const tooMany = seen
    .filter(({ project }) => project === 'now')
    .filter(({ file }) => /numRuns: [\d_]{3,}/.test(readFileSync(join(ROOT, file), 'utf8')))
    .map(({ file }) => file);
  expect(tooMany).toEqual([]);
});

describe('npm run test:all', () => {
  it('lists its slices with the expected seconds and whether CI runs them whole', () => {
    const lines = run('npm', 'run', '--silent', 'test:all', '--', '--list').trim().split('\n');
    expect(lines.map((line) => line.split(/ +/).slice(0, 3))).toEqual(
      SLICES.map(({ name, expectedS, smoke }) => [
        name,
        String(expectedS),
        smoke === undefined ? 'whole' : 'smoke',
      ]),
    );
  });

  it('has a smoke test of existing files or benches for each slice that is too long for CI', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const { name, smoke } of SLICES) {
      for (const each of smoke ?? []) {
        const isThere =
          name === BENCHES
            ? each in scripts
            : seen.some(({ file, project }) => file === each && project === name);
        expect([each, isThere]).toEqual([each, true]);
      }
    }
    const wholeS = SLICES.map(({ expectedS, smoke }) => (smoke === undefined ? expectedS : 60));
    expect(wholeS.reduce((sum, seconds) => sum + seconds, 0)).toBeLessThan(2_350);
  });

  it('rejects an unknown slice', () => {
    expect(() => run('npm', 'run', '--silent', 'test:all', '--', 'kill')).toThrow(
      /no such slice: kill; there are journeys, hubs/,
    );
  });
});
