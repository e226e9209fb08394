import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { FILE_SLICES } from './test/slices.ts';

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
 * Slices that measure the memory and the processor time of their own process. The others run one file
 * after the other in a process that has loaded already what most import: a test leaves nothing behind
 * in it, no variable, no listener, no faked clock.
 */
const MEASURED = ['floods', 'hostile'];

/** Takes eight minutes: begun last, it would leave one of two workers without a file. */
const LONGEST = here('./test/docs.hubs.test.ts');

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) => moduleId === LONGEST;
    const sorted = await super.sort(files);
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))];
  }
}

/** Not the whole tree: `npm run test:mutation` works in a copy of it, in here. */
const everywhere = (name: string) =>
  ['src', 'packages', 'test', 'migrations', 'bench'].map(
    (folder) => `${folder}/**/${name}.{ts,tsx}`,
  );

/** A project each layer of test/slices.ts: which file is in which, its name says. */
export default defineConfig({
  test: {
    // The first starts PostgreSQL when the first test asks for a database, and stops it at the end.
    globalSetup: ['src/platform/test-postgres-setup.ts', 'src/platform/test-cache-setup.ts'],
    // Files that bring up PostgreSQL or Chromium are heavy: two at once is what two cores bear.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
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
        },
      },
      ...FILE_SLICES.map((name) => ({
        resolve,
        test: {
          ...SHARED,
          name,
          include: everywhere(`*.${name}.test`),
          isolate: MEASURED.includes(name),
          // Whole hubs start and stop in them: what ends a hang is further away than in `now`.
          testTimeout: 400_000,
          hookTimeout: 400_000,
          expect: { poll: { timeout: SLICE_PATIENCE_MS } },
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
