import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Guard, guards, RED_MIN } from '../test/mutation/guards.ts';

/**
 * `npm run test:guards`: removes one guard of test/mutation/guards.ts at a time and runs its tests.
 * Prints how many failed and the first of them. Exits with 1 when fewer than three fail for any
 * guard. Arguments are texts that the guards' names contain; none: all guards.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TITLES_SHOWN = 5;

const wanted = process.argv.slice(2);
const chosen = guards(ROOT).filter(
  ({ name }) => wanted.length === 0 || wanted.some((text) => name.includes(text)),
);
if (chosen.length === 0) {
  process.stderr.write(`no guard's name contains ${wanted.join(' or ')}\n`);
  process.exit(2);
}

for (const guard of chosen) {
  const red = redTests(guard);
  const isEnough = red.length >= RED_MIN;
  process.stdout.write(`${isEnough ? 'ok' : 'TOO FEW'}  ${guard.name}: ${red.length} tests fail\n`);
  for (const title of red.slice(0, TITLES_SHOWN)) process.stdout.write(`      ${title}\n`);
  if (!isEnough) process.exitCode = 1;
}

/** The full titles of the tests that fail without this guard. */
function redTests({ name }: Guard): readonly string[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-guards-'));
  const report = path.join(folder, 'report.json');
  try {
    const { stderr } = spawnSync(
      'npx',
      [
        ...['vitest', 'run', '--config', 'vitest.guards.config.ts'],
        ...['--reporter=json', `--outputFile=${report}`],
      ],
      { cwd: ROOT, encoding: 'utf8', env: { ...process.env, WAYBILL_TEST_GUARD: name } },
    );
    return failuresIn(report, stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function failuresIn(report: string, stderr: string): readonly string[] {
  let read: Report;
  try {
    read = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    throw new Error(`vitest wrote no report:\n${stderr}`);
  }
  const tests = read.testResults.flatMap(({ assertionResults }) => assertionResults);
  if (tests.length === 0) throw new Error(`no test ran:\n${stderr}`);
  return tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
}
