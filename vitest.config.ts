import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { FAILURES_MAX, SliceReporter } from './test/slice-reporter.ts';
import { FILE_SLICES, REPEATED, readSeconds, TEST_FOLDERS } from './test/slices.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What bin/adapter-resolve.js does for the hub: packages of adapters get the contract from it. */
export const resolve = {
  alias: {
    'waybill/adapter/kit': here('./src/adapters/kit.ts'),
    'waybill/adapter/sandbox': here('./src/adapters/sandbox-kit/index.ts'),
    'waybill/adapter': here('./src/adapters/sdk.ts'),
    'waybill/driver': here('./src/fleet/driver/index.ts'),
  },
};

/** How long a test of a slice waits at least, in ms, before it says that something does not come. */
const SLICE_PATIENCE_MS = 150_000;

/** Run before each file. */
const SETUP_FILES = ['src/platform/test-patience.ts', 'src/platform/test-cache.ts'];

const SHARED = {
  // Processes, not threads: the kernel ends a server whose starting thread ends.
  pool: 'forks',
  // They only end what hangs: a busy machine runs into none of them.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  expect: { poll: { timeout: 50_000 } },
  setupFiles: SETUP_FILES,
} as const;

/**
 * Slices that measure the memory and the processor time of their own process: each file has one, and
 * they run after all others, one at a time. The others run one file after the other in a process that
 * has loaded already what most import: a test leaves nothing behind in it, no variable, no listener,
 * no faked clock.
 */
const MEASURED = ['floods', 'hostile'];

const secondsOf = readSeconds();

/** Begun last, a long file would leave one of the workers without work. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const seconds = (spec: TestSpecification) =>
      secondsOf({ slice: spec.project.name, file: relative(here('.'), spec.moduleId) });
    return sorted.sort((a, b) =>
      a.project.name === b.project.name && a.project.name !== 'now' ? seconds(b) - seconds(a) : 0,
    );
  }
}

/** `npm run test:all` names the files of each slice in a file. */
const CHOSEN = process.env['WAYBILL_TEST_FILES'];
const chosen: Readonly<Record<string, readonly string[]>> =
  CHOSEN === undefined ? {} : JSON.parse(readFileSync(CHOSEN, 'utf8'));

const everywhere = (name: string) => TEST_FOLDERS.map((folder) => `${folder}/**/${name}.{ts,tsx}`);

/** A project for each layer of test/slices.ts: which file is in which, its name says. */
export default defineConfig({
  test: {
    // The second starts PostgreSQL when the first test asks for a database, and stops it at the end.
    globalSetup: ['src/platform/test-folder-setup.ts', 'src/platform/test-postgres-setup.ts'],
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new SliceReporter()],
    bail: process.env['CI'] ? FAILURES_MAX : 0,
    // The next run reads the modules that this one has compiled.
    experimental: { fsModuleCache: true },
    projects: [
      {
        resolve,
        test: {
          ...SHARED,
          name: 'now',
          include: everywhere('*.test'),
          exclude: [
            ...configDefaults.exclude,
            ...FILE_SLICES.flatMap((slice) => everywhere(`*.${slice}.test`)),
          ],
          isolate: false,
          // They compute: one for each of two cores.
          maxWorkers: 2,
          // Young objects that die before they are moved cost nothing: a third less garbage collection.
          execArgv: ['--max-semi-space-size=128'],
        },
      },
      ...[...FILE_SLICES, ...(chosen[REPEATED] ? [REPEATED] : [])].map((name) => ({
        resolve,
        test: {
          ...SHARED,
          name,
          include: [...(chosen[name] ?? everywhere(`*.${name}.test`))],
          isolate: MEASURED.includes(name),
          // They wait for processes and browsers most of the time.
          maxWorkers: MEASURED.includes(name) ? 1 : 3,
          sequence: { groupOrder: MEASURED.includes(name) ? 2 : 1 },
          // Whole hubs start and stop in them: what ends a hang is further away than in `now`.
          testTimeout: 400_000,
          hookTimeout: 400_000,
          // A hub that is asked twenty times a second does little else.
          expect: { poll: { timeout: SLICE_PATIENCE_MS, interval: 100 } },
          env: {
            // src/kernel/test-runs.ts: nothing is drawn less often than it can be.
            WAYBILL_TEST_RUNS: 'all',
            // src/platform/test-patience.ts
            WAYBILL_TEST_PATIENCE_MS: String(SLICE_PATIENCE_MS),
          },
        },
      })),
    ],
  },
});
