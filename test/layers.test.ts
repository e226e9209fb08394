import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isTest, REPEATED, type SlicedFile, slicedFiles, sliceOf } from './slices.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** All files are listed, though this run may have chosen some. */
const env = { ...process.env, WAYBILL_TEST_FILES: undefined };
const run = (program: string, ...args: string[]) =>
  execFileSync(program, args, { cwd: ROOT, env, encoding: 'utf8', maxBuffer: 64 << 20 });

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

it('a test with more than a hundred random runs takes their number from test-runs.ts', () => {
  const tooMany = seen
    .filter(({ project }) => project === 'now')
    .filter(({ file }) => /numRuns: [\d_]{3,}/.test(readFileSync(join(ROOT, file), 'utf8')))
    .map(({ file }) => file);
  expect(tooMany).toEqual([]);
});

describe('npm run test:all', () => {
  it('knows every file of every slice, and has the seconds only of files that there are', () => {
    const sliced = slicedFiles();
    const keys = (files: readonly SlicedFile[]) =>
      files.map(({ slice, file }) => `${slice} ${file}`).sort();
    const listed = seen.filter(({ project }) => project !== 'now');
    expect(keys(sliced.filter(({ slice }) => slice !== REPEATED))).toEqual(
      keys(listed.map(({ file, project }) => ({ slice: project, file }))),
    );
    const measured = Object.keys(JSON.parse(readFileSync(join(ROOT, 'test/seconds.json'), 'utf8')));
    const all = new Set(keys(sliced));
    expect(measured.filter((key) => !all.has(key))).toEqual([]);
  });
});
