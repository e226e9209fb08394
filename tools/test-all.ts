import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { commitCount } from '../test/selection/changes.ts';
import { filesForCi } from '../test/selection/files-for-ci.ts';
import { BENCHES, readSeconds, SLICES, type SlicedFile, slicedFiles } from '../test/slices.ts';

/**
 * `npm run test:all`: runs `npm test` and all slices of test/slices.ts except the benches; with
 * names, those slices. `--ci` runs what CI does: `npm test`, some slices whole, and of the others the
 * files near to a change and those whose turn it is. `--list` prints the slices with the seconds that
 * their files take. Exits with 1 when something failed, with 2 for an unknown name.
 */
/** In how many commits CI runs one bench. */
const BENCH_TURN = 10;
const words = process.argv.slice(2);
const isCi = words.includes('--ci');
const wanted = words.filter((word) => !['--ci', '--list'].includes(word));
const all = slicedFiles();
const secondsOf = readSeconds();

if (words.includes('--list')) {
  for (const { name, isWholeInCi, what } of SLICES) {
    const files = all.filter(({ slice }) => slice === name);
    const seconds = String(files.reduce((sum, file) => sum + secondsOf(file), 0));
    const inCi = isWholeInCi ? 'whole ' : 'part  ';
    process.stdout.write(`${name.padEnd(9)}${seconds.padStart(5)}  ${inCi} ${what}\n`);
  }
  process.exit();
}

const known = SLICES.map(({ name }) => name);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such slice: ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(2);
}

const chosen = isCi
  ? filesForCi(all, secondsOf)
  : all.filter(({ slice }) => wanted.length === 0 || wanted.includes(slice));
const passed = [
  ...(chosen.length > 0 ? [runTests(chosen, isCi || wanted.length === 0)] : []),
  ...benches().map(runBench),
];
if (!passed.every(Boolean)) process.exit(1);

/** Runs these files, all in one run, and first `npm test`. */
function runTests(files: readonly SlicedFile[], alsoFast: boolean): boolean {
  const bySlice: Record<string, string[]> = {};
  for (const { slice, file } of files) {
    bySlice[slice] ??= [];
    bySlice[slice].push(file);
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-chosen-'));
  const list = path.join(folder, 'files.json');
  writeFileSync(list, JSON.stringify(bySlice));
  const slices = Object.keys(bySlice).flatMap((name) => ['--project', name]);
  // `npm test` names its own project.
  const command = alsoFast ? ['npm', 'test', '--'] : ['npx', 'vitest', 'run'];
  const [program = '', ...first] = command;
  const { status } = spawnSync(program, [...first, ...slices], {
    stdio: 'inherit',
    env: { ...process.env, WAYBILL_TEST_FILES: list },
  });
  rmSync(folder, { recursive: true });
  return status === 0;
}

/** All benches, if they are asked for; in CI the one whose turn it is, or none. */
function benches(): readonly string[] {
  if (!isCi && !wanted.includes(BENCHES)) return [];
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: Record<string, string>;
  };
  const names = Object.keys(scripts).filter((name) => name.startsWith('bench:'));
  const turn = commitCount() / BENCH_TURN;
  return isCi ? names.filter((_, index) => index === turn % names.length) : names;
}

/** Runs a benchmark. Its figure is for people to judge; only a benchmark that breaks off has failed. */
function runBench(script: string): boolean {
  process.stdout.write(`\n--- ${script}\n`);
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', '--short'], {
    stdio: 'inherit',
  });
  return status === 0;
}
