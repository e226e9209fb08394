import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { coreTests } from './test/mutation/core.ts';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
/** Helpers that bring up a database: with one, a mutant takes seconds, and there are thousands. */
const NEEDS_A_DATABASE =
  /test-(acme|hub|mappings|notifications|postgres|pulls|renormalize|tracking)\.ts|createTestDatabase/;

/** What `npm run test:mutation` runs against each mutant: the core's tests that compute only. */
export default defineConfig({
  test: {
    include: coreTests(ROOT).filter(
      (file) => !NEEDS_A_DATABASE.test(readFileSync(`${ROOT}${file}`, 'utf8')),
    ),
    exclude: configDefaults.exclude,
    isolate: false,
    // Mutated code is slower, and so is a machine that runs two of these.
    testTimeout: 120_000,
  },
});
