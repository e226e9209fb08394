import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // What bin/adapter-resolve.js does for the hub: packages of adapters get the contract from it.
  resolve: {
    alias: {
      'waybill/adapter/sandbox': here('./src/adapters/sandbox-kit.ts'),
      'waybill/adapter': here('./src/adapters/sdk.ts'),
    },
  },
  test: {
    include: [
      'src/**/*.test.{ts,tsx}',
      'test/**/*.test.ts',
      'migrations/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    // Starts PostgreSQL when the first test asks for a database, and stops it at the end.
    globalSetup: 'src/platform/test-postgres-setup.ts',
    // Processes, not threads: the kernel ends a server whose starting thread ends.
    pool: 'forks',
    // Files that bring up PostgreSQL or Chromium are heavy: two at once is what two cores bear.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
