import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { coreFiles } from '../test/mutation/core.ts';
import { drawSample } from '../test/mutation/sample.ts';
import { loadStryker } from './mutation/stryker.ts';

/**
 * `npm run test:mutation`: changes the pure core in one place after the other and runs the tests
 * that execute it. Prints each mutant that no test detected, and the share that was detected.
 * Results of unchanged code are read from node_modules/.cache/mutation/incremental.json. Exits with
 * 1 below the required share. `--mutants` is how many to draw (default 1,500), `--seed` which ones,
 * `--only` restricts them to files that contain this text. The first run installs Stryker.
 */
const SHARE_WANTED = 0.85;
const root = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    mutants: { type: 'string', default: '1500' },
    seed: { type: 'string', default: '20261121' },
    only: { type: 'string', default: '' },
  },
});
const { Stryker, Instrumenter } = await loadStryker();
const files = coreFiles(root).filter((file) => file.includes(values.only));
const sample = await drawSample(Instrumenter, root, files, {
  wanted: Number(values.mutants),
  seed: Number(values.seed),
});
process.stdout.write(
  `${sample.mutants} of ${sample.mutantsInAll} mutants in ${files.length} files, seed ${values.seed}\n`,
);

const results = await new Stryker({
  mutate: [...sample.ranges],
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts' },
  coverageAnalysis: 'perTest',
  // Code that runs once when a file is loaded cannot be switched within a process: each such mutant
  // would cost a whole run of all tests. They are counted as ignored, not as detected.
  ignoreStatic: true,
  incremental: true,
  incrementalFile: 'node_modules/.cache/mutation/incremental.json',
  concurrency: 2,
  // Generous, because with other work on the machine a slow run is not an endless one.
  timeoutMS: 30_000,
  dryRunTimeoutMinutes: 15,
  // Files that the core's tests never read need not be copied.
  ignorePatterns: ['/docs', '/bench', '/examples', '/data', '/test/e2e', '/test/invariants'],
  reporters: [],
  allowEmpty: false,
}).runMutationTest();

const counted = results.filter(({ status }) =>
  ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status),
);
const noticed = counted.filter(({ status }) => status === 'Killed' || status === 'Timeout');
const missed = counted.filter((each) => !noticed.includes(each));
for (const { fileName, location, mutatorName, replacement, status } of missed) {
  const at = `${fileName}:${location.start.line}:${location.start.column}`;
  const text = (replacement ?? '').replaceAll(/\s+/g, ' ').slice(0, 80);
  process.stdout.write(`${status} ${at} ${mutatorName}: ${text}\n`);
}
const share = counted.length === 0 ? 0 : noticed.length / counted.length;
process.stdout.write(
  `${JSON.stringify({
    mutants: counted.length,
    noticed: noticed.length,
    timed_out: noticed.filter(({ status }) => status === 'Timeout').length,
    ignored: results.length - counted.length,
    share: Number(share.toFixed(4)),
  })}\n`,
);
if (share < SHARE_WANTED) process.exitCode = 1;
