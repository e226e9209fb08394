import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// What bin/adapter-resolve.js does for the hub: packages of adapters get the contract from it.
const resolve = {
  alias: {
    'waybill/adapter/sandbox': here('./src/adapters/sandbox-kit.ts'),
    'waybill/adapter': here('./src/adapters/sdk.ts'),
  },
};

const SHARED = {
  // Processes, not threads: the kernel ends a server whose starting thread ends.
  pool: 'forks',
  testTimeout: 30_000,
  hookTimeout: 60_000,
} as const;

/** Folders whose tests leave nothing behind in their process. */
const TOGETHER = [
  'adapters',
  'http',
  'intake',
  'kernel',
  'normalization',
  'poller',
  'prediction',
  'reactions',
  'tracking',
].map((folder) => `src/${folder}/**/*.test.{ts,tsx}`);

export default defineConfig({
  test: {
    // Starts PostgreSQL when the first test asks for a database, and stops it at the end.
    globalSetup: 'src/platform/test-postgres-setup.ts',
    // Files that bring up PostgreSQL or Chromium are heavy: two at once is what two cores bear.
    maxWorkers: 2,
    projects: [
      {
        // One file after the other in the same process, which has loaded already what most import:
        // adapters, kernel and normalization take 37 s of computing so, and 67 s each by itself.
        resolve,
        test: { ...SHARED, name: 'together', include: TOGETHER, isolate: false },
      },
      {
        resolve,
        test: {
          ...SHARED,
          name: 'apart',
          include: [
            'src/**/*.test.{ts,tsx}',
            'test/**/*.test.ts',
            'migrations/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          exclude: [...configDefaults.exclude, ...TOGETHER],
        },
      },
    ],
  },
});
