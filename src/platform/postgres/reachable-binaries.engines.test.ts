import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPostgresBinaries } from './binaries.ts';
import { findReachableBinaries } from './reachable-binaries.ts';
import { decideRunAs, type RunAs } from './run-as.ts';

const IS_ROOT = process.getuid?.() === 0;
const installed = path.dirname(path.dirname(findPostgresBinaries(os.tmpdir()).postgres));

let folder: string;
let spare: string;
let place: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-reachable-'));
  chmodSync(folder, 0o755);
  spare = path.join(folder, 'spare');
  place = path.join(folder, 'cache');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('our own account uses the programs of the package', () => {
  const own: RunAs = { prefix: [], account: null, spawnAs: {}, endsWithUs: false };
  const found = findReachableBinaries(spare, own, { nativeFolder: installed, places: [place] });
  expect(found.postgres).toBe(path.join(installed, 'bin', 'postgres'));
  expect(existsSync(place)).toBe(false);
});

describe.skipIf(!IS_ROOT)('root, whose server runs under another account,', () => {
  const runAs = IS_ROOT ? decideRunAs(null) : null;

  /**
   * Installs the package below a folder, with the permissions that `umask` leaves; its files are
   * never changed.
   */
  function install(name: string, umask: number): string {
    const native = path.join(folder, name, 'native');
    mkdirSync(path.dirname(native));
    chmodSync(path.dirname(native), 0o755);
    cpSync(installed, native, { recursive: true, verbatimSymlinks: true });
    cpSync(path.join(installed, '..', 'package.json'), path.join(native, '..', 'package.json'));
    execFileSync('chmod', ['-R', umask === 0 ? 'a+rX' : 'go=', native]);
    return native;
  }

  function find(nativeFolder: string, places: readonly string[]) {
    if (runAs === null) throw new Error('only root has another account');
    return findReachableBinaries(spare, runAs, { nativeFolder, places });
  }

  test('copies nothing while that account can run the programs', () => {
    const native = install('open', 0);
    expect(find(native, [place]).initdb).toBe(path.join(native, 'bin', 'initdb'));
    expect(existsSync(place)).toBe(false);
  });

  test('copies programs below a 0700 folder, once', () => {
    const native = install('closed', 0);
    chmodSync(path.join(folder, 'closed'), 0o700);
    const { postgres } = find(native, [place]);
    expect(postgres.startsWith(place)).toBe(true);
    const made = statSync(postgres).ino;
    expect(statSync(find(native, [place]).postgres).ino).toBe(made);
    expect(readdirSync(place)).toHaveLength(1);
  });

  test('copies programs that were installed with umask 077', () => {
    const native = install('private', 0o077);
    const { postgres } = find(native, [place]);
    expect(postgres.startsWith(place)).toBe(true);
    expect(statSync(postgres).mode & 0o777).toBe(0o755);
  });

  test('runs no copy that another account could have made or changed', () => {
    const native = install('private', 0o077);
    mkdirSync(place);
    chmodSync(place, 0o777);
    const second = path.join(folder, 'second');
    expect(find(native, [place, second]).postgres.startsWith(second)).toBe(true);
  });

  test('says what to do when no place can be reached', () => {
    const native = install('private', 0o077);
    const shut = path.join(folder, 'private', 'shut');
    chmodSync(path.join(folder, 'private'), 0o700);
    expect(() => find(native, [shut, '/dev/null/no'])).toThrow(
      /account \w+ cannot run its programs .*native: .*shut: .*Move .*plain user.*DATABASE_URL/s,
    );
  });
});
