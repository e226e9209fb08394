import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { handOver } from './hand-over.ts';
import { decideRunAs, type RunAs } from './run-as.ts';

const IS_ROOT = process.getuid?.() === 0;

let closed: string;
let folder: string;
beforeEach(() => {
  closed = mkdtempSync(path.join(os.tmpdir(), 'waybill-hand-over-'));
  chmodSync(closed, 0o700);
  folder = path.join(closed, 'möglich und weit');
  mkdirSync(folder, { mode: 0o700 });
});
afterEach(() => rmSync(closed, { recursive: true }));

test('our own account reaches its folders by their paths', () => {
  const own: RunAs = { prefix: [], account: null, spawnAs: {}, endsWithUs: false };
  expect(handOver([folder], own)).toMatchObject({ paths: [folder], stdio: [] });
});

describe.skipIf(!IS_ROOT || !existsSync('/proc/self/fd'))('another account', () => {
  const touch = (runAs: RunAs, at: string, stdio: readonly number[]) => {
    const [command = '', ...args] = [...runAs.prefix, 'touch', path.join(at, 'made')];
    return execFileSync(command, args, {
      ...runAs.spawnAs,
      stdio: ['ignore', 'ignore', 'pipe', ...stdio],
    });
  };
  const ways = (): [string, RunAs][] => {
    const runAs = decideRunAs(null);
    const { uid, gid } = runAs.account ?? {};
    return [
      ['with setpriv where it is installed', runAs],
      ['without setpriv', { ...runAs, prefix: [], spawnAs: { uid, gid } } as RunAs],
    ];
  };

  test.each(ways())('writes below a 0700 folder of root, %s', (_, runAs) => {
    chownSync(folder, runAs.account?.uid ?? 0, runAs.account?.gid ?? 0);
    expect(() => touch(runAs, folder, [])).toThrow(/Permission denied/);
    const { paths, stdio, close } = handOver([folder], runAs);
    touch(runAs, paths[0] ?? '', stdio);
    close();
    expect(existsSync(path.join(folder, 'made'))).toBe(true);
  });
});
