import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const run = (...args: string[]) =>
  execFileSync(process.execPath, ['--import', 'tsx', ...args], { cwd: ROOT, encoding: 'utf8' });

it('npm run test:all rejects an unknown slice', () => {
  expect(() => run('tools/test-all.ts', 'kill')).toThrow(
    /no such slice: kill; there are journeys, hubs/,
  );
});

it('npm run test:changed says which tests it chose, and why', () => {
  const [reason = ''] = run('tools/test-changed.ts', '--list').split('\n');
  expect(reason).toMatch(
    /^(Nothing has changed\.|\d+ test files:|All tests of npm test, because .*)$/,
  );
});
