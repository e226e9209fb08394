import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { changedFiles } from '../test/selection/changes.ts';
import { fastTestsReached, READS_ALL } from '../test/selection/choose.ts';
import type { Reached } from '../test/selection/reach.ts';
import { readTree } from '../test/selection/read-tree.ts';

/**
 * `npm run test:changed`: runs the tests of `npm test` that the uncommitted changes reach, or with
 * `-- COMMIT` those since a commit. Says how many it chose and why; `--list` only names them.
 */
const { values, positionals } = parseArgs({
  options: { list: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const changed = changedFiles(positionals[0] ?? null);
if (changed.length === 0) {
  process.stdout.write('Nothing has changed.\n');
  process.exit();
}
const { tests, unknown } = fastTestsReached(changed, readTree());
if (unknown.length > 0) {
  const names = unknown.join(', ');
  process.stdout.write(
    `All tests of npm test, because test/selection/read-by-tests.ts does not say which read ${names}.\n`,
  );
} else {
  process.stdout.write(`${tests.size} test files:\n`);
  for (const line of reasons(tests)) process.stdout.write(`  ${line}\n`);
}
if (values.list) {
  for (const file of [...tests.keys()].sort()) process.stdout.write(`${file}\n`);
} else {
  const files = unknown.length > 0 ? [] : tests.keys();
  const { status } = spawnSync('npm', ['test', '--', ...files], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

/** A line for each changed file: how many tests it reaches, and how. */
function reasons(reached: ReadonlyMap<string, Reached>): readonly string[] {
  const counts = new Map<string, number>();
  for (const [file, by] of reached) {
    const reason = reasonFor(file, by);
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return [...counts].map(([reason, count]) => `${count} ${reason}`);
}

function reasonFor(file: string, { from, plugin }: Reached): string {
  if (from === READS_ALL) return 'read every source';
  if (from === file) return 'have changed themselves, or read what has changed';
  if (plugin !== null) return `test ${plugin}, which its registry loads`;
  return `import ${from}, or what imports it`;
}
