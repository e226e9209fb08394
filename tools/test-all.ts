import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { BENCHES, isTest, partOf, REPEATED, SLICES, type Slice, sliceOf } from '../test/slices.ts';

/**
 * `npm run test:all`: runs the slices of test/slices.ts one after the other, or those that are
 * named. `--ci` runs the smoke test of a slice that is too long for CI. `--part=60` runs 60 % of a
 * slice's files, other ones at each commit. `--list` prints the slices with the expected seconds, and
 * whether CI runs them whole. Exits with 1 when something failed, with 2 for an unknown name.
 */
const options = process.argv.slice(2).filter((word) => word.startsWith('--'));
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isCi = options.includes('--ci');
const PART = /^--part=(?<percent>[1-9]\d?|100)$/;
const percent = Number(
  options.map((option) => PART.exec(option)?.groups?.['percent']).find(Boolean) ?? 100,
);

if (options.includes('--list')) {
  for (const { name, expectedS, what, smoke } of SLICES) {
    const inCi = smoke === undefined ? 'whole' : 'smoke';
    process.stdout.write(`${name.padEnd(9)}${String(expectedS).padStart(5)}  ${inCi}  ${what}\n`);
  }
  process.exit();
}

const known = SLICES.map(({ name }) => name);
const unknown = [
  ...wanted.filter((name) => !known.includes(name)),
  ...options.filter((option) => option !== '--ci' && !PART.test(option)),
];
if (unknown.length > 0) {
  process.stderr.write(`no such slice: ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(2);
}

const failed = SLICES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  .filter((slice) => !passes(slice))
  .map(({ name }) => name);
if (failed.length > 0) {
  process.stderr.write(`\nfailed: ${failed.join(', ')}\n`);
  process.exit(1);
}

function passes(slice: Slice): boolean {
  const smoke = isCi ? slice.smoke : undefined;
  const note = smoke
    ? ` (a smoke test; all of it takes ${Math.ceil(slice.expectedS / 60)} min)`
    : '';
  process.stdout.write(`\n--- ${slice.name}: ${slice.what}${note}\n`);
  if (slice.name === BENCHES) return (smoke ?? allBenches()).map(runBench).every(Boolean);
  if (slice.name === REPEATED) {
    return runTests('now', selectPart(filesWithRandomRuns()), { WAYBILL_TEST_RUNS: 'all' });
  }
  const files = smoke ?? (percent < 100 ? selectPart(filesOf(slice.name)) : []);
  const also = wanted.includes(slice.name) && !isCi ? (slice.also ?? []) : [];
  return [[slice.name, files] as const, ...also]
    .map(([project, chosen]) => runTests(project, chosen))
    .every(Boolean);
}

/** What `--part` leaves of these files, and says that it leaves out the others. */
function selectPart(files: readonly string[]): readonly string[] {
  if (percent === 100) return files;
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' });
  const chosen = partOf(files, percent, commit);
  const left = files.filter((file) => !chosen.includes(file));
  if (left.length > 0) process.stdout.write(`SKIPPED, for lack of time:\n${left.join('\n')}\n`);
  return chosen;
}

function runTests(project: string, files: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  const { status } = spawnSync('npx', ['vitest', 'run', '--project', project, ...files], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
}

/**
 * Runs a benchmark. Its figure is for people to judge; only a benchmark that breaks off has failed.
 */
function runBench(script: string): boolean {
  const { status } = spawnSync('npm', ['run', '--silent', script, '--', '--short'], {
    stdio: 'inherit',
  });
  return status === 0;
}

function allBenches(): string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    scripts: Record<string, string>;
  };
  return Object.keys(scripts).filter((name) => name.startsWith('bench:'));
}

/** The test files of a slice; null: of `npm test`. */
function filesOf(slice: string | null): string[] {
  return ['src', 'packages', 'test', 'migrations', 'bench'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name}`)
      .filter((file) => !file.includes('node_modules/'))
      .filter((file) => isTest(file) && sliceOf(file) === slice),
  );
}

/** The test files that set the number of random runs. */
function filesWithRandomRuns(): string[] {
  return filesOf(null).filter((file) => readFileSync(file, 'utf8').includes("/test-runs.ts'"));
}
