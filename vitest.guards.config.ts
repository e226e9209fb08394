import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { guards } from './test/mutation/guards.ts';
import { resolve } from './vitest.config.ts';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
/** Set by tools/test-guards.ts. */
const guard = guards(ROOT).find(({ name }) => name === process.env['WAYBILL_TEST_GUARD']);
if (guard === undefined) throw new Error('WAYBILL_TEST_GUARD names no guard');

/** The tests of one guard, with the guard taken out as its file is loaded. No file is written. */
export default defineConfig({
  resolve,
  plugins: [
    {
      name: 'remove-guard',
      enforce: 'pre',
      load(id) {
        if (id.split('?')[0] !== `${ROOT}${guard.file}`) return null;
        const text = readFileSync(`${ROOT}${guard.file}`, 'utf8');
        if (!text.includes(guard.code)) throw new Error(`${guard.file}: found no ${guard.code}`);
        return text.replace(guard.code, () => guard.instead);
      },
    },
  ],
  test: {
    include: [...guard.tests],
    globalSetup: ['src/platform/test-folder-setup.ts', 'src/platform/test-postgres-setup.ts'],
    setupFiles: ['src/platform/test-patience.ts', 'src/platform/test-cache.ts'],
    pool: 'forks',
    maxWorkers: 2,
    isolate: false,
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
