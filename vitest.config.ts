import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/**/*.test.{ts,tsx}',
      'test/**/*.test.ts',
      'migrations/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    // Files that bring up PostgreSQL or Chromium are heavy: two at once is what two cores bear.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
