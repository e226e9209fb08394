import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../tidy/tree.ts';

/**
 * The files that have changed since a commit, committed or not; without a commit, those that are not
 * committed. Deleted files are left out: what imported them has changed, too.
 */
export function changedFiles(since: string | null): readonly string[] {
  const committed = since === null ? [] : lines('diff', '--name-only', `${since}...HEAD`);
  const others = lines('ls-files', '--others', '--exclude-standard');
  const all = new Set([...lines('diff', '--name-only', 'HEAD'), ...others, ...committed]);
  return [...all].filter((file) => existsSync(join(ROOT, file))).sort();
}

/** Without a commit that says where the change began, CI takes it to be so many commits. */
const COMMITS = 30;

/** The commit before the change that CI checks: `WAYBILL_CI_BASE`, or the 30th before the head. */
export function ciBase(): string | null {
  const given = process.env['WAYBILL_CI_BASE'];
  if (given) return given;
  return lines('rev-list', '--first-parent', `--max-count=${COMMITS + 1}`, 'HEAD').at(-1) ?? null;
}

/** The commits up to the head. */
export function commitCount(): number {
  return Number(lines('rev-list', '--count', 'HEAD')[0]);
}

function lines(...args: readonly string[]): readonly string[] {
  const text = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 << 20 });
  return text.split('\n').filter((line) => line !== '');
}
