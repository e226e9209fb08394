import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { isTest, REPEATED, SLICES, type Slice, sliceOf } from '../test/slices.ts';

/**
 * `npm run test:all`: the slices of test/slices.ts one after the other, or those that are named.
 * `--list` prints them with the seconds to expect. Ends with 1 when a test failed, with 2 for a name it
 * does not know.
 */
const wanted = process.argv.slice(2);

if (wanted.includes('--list')) {
  for (const { name, expectedS, what } of SLICES) {
    process.stdout.write(`${name.padEnd(9)}${String(expectedS).padStart(4)}  ${what}\n`);
  }
  process.exit();
}

const known = SLICES.map(({ name }) => name);
const unknown = wanted.filter((name) => !known.includes(name));
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

function passes({ name, what }: Slice): boolean {
  process.stdout.write(`\n--- ${name}: ${what}\n`);
  const isRepeated = name === REPEATED;
  const { status } = spawnSync(
    'npx',
    [
      ...['vitest', 'run', '--project', isRepeated ? 'now' : name],
      ...(isRepeated ? filesWithRandomRuns() : []),
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, ...(isRepeated ? { WAYBILL_TEST_RUNS: 'all' } : {}) },
    },
  );
  return status === 0;
}

/** Files whose tests set the number of random runs. */
function filesWithRandomRuns(): string[] {
  return ['src', 'packages', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name}`)
      .filter((file) => isTest(file) && sliceOf(file) === null)
      .filter((file) => readFileSync(file, 'utf8').includes("/test-runs.ts'")),
  );
}
