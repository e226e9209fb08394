import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPostgresBinaries, PostgresBinariesError } from './binaries.ts';

const installed = path.dirname(path.dirname(findPostgresBinaries(os.tmpdir()).postgres));
const SETPRIV = '/usr/bin/setpriv';
const IS_ROOT = process.getuid?.() === 0;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'waybill-binaries-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Creates the package as `npm ci --ignore-scripts` leaves it: all files, no links. */
function installWithoutScripts(): string {
  const native = path.join(folder, 'native');
  for (const name of ['bin', 'lib']) {
    mkdirSync(path.join(native, name), { recursive: true });
    for (const file of readdirSync(path.join(installed, name), { withFileTypes: true })) {
      if (!file.isFile()) continue;
      copy(path.join(installed, name, file.name), path.join(native, name, file.name));
    }
  }
  copy(path.join(installed, 'pg-symlinks.json'), path.join(native, 'pg-symlinks.json'));
  return native;
}

/** Hard-links a file, or, across file systems, copies it. */
function copy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function versionBy(
  postgres: string,
  env: Readonly<Record<string, string>>,
  before: string[] = [],
): string {
  const [program = postgres, ...args] = [...before, postgres, '--version'];
  return execFileSync(program, args, { env, encoding: 'utf8', stdio: 'pipe' });
}

test('missing programs are named, with what to do', () => {
  expect(() => findPostgresBinaries(folder, path.join(folder, 'native'))).toThrow(
    PostgresBinariesError,
  );
  expect(() => findPostgresBinaries(folder, path.join(folder, 'native'))).toThrow(
    /npm ci.*DATABASE_URL/,
  );
});

describe('where install scripts were off', () => {
  test('the server does not even print its version until its libraries are linked', () => {
    const native = installWithoutScripts();
    expect(() => versionBy(path.join(native, 'bin', 'postgres'), {})).toThrow(/libicu/);
    const { postgres, libraryEnv } = findPostgresBinaries(path.join(folder, 'spare'), native);
    expect(versionBy(postgres, libraryEnv)).toContain('PostgreSQL) 18');
    expect(lstatSync(path.join(native, 'lib', 'libicui18n.so.60')).isSymbolicLink()).toBe(true);
    expect(libraryEnv).toEqual({});
    expect(existsSync(path.join(folder, 'spare'))).toBe(false);
  });

  test('a second start has nothing to mend', () => {
    const native = installWithoutScripts();
    findPostgresBinaries(folder, native);
    const linked = readdirSync(path.join(native, 'lib'));
    findPostgresBinaries(folder, native);
    expect(readdirSync(path.join(native, 'lib'))).toEqual(linked);
  });

  // Root may write anywhere, so for root the case is tested without that capability.
  test.skipIf(IS_ROOT && !existsSync(SETPRIV))(
    'and the package is read-only, the links go to the data folder',
    () => {
      const native = installWithoutScripts();
      const spare = path.join(folder, 'spare');
      mkdirSync(spare);
      for (const closed of [path.join(native, 'lib'), native]) chmodSync(closed, 0o555);
      chmodSync(folder, 0o755);
      chmodSync(spare, 0o777);
      const before = IS_ROOT ? [SETPRIV, '--bounding-set=-dac_override,-dac_read_search'] : [];
      const module = new URL('./binaries.ts', import.meta.url).href;
      const code = `const { findPostgresBinaries } = await import(${JSON.stringify(module)});
      console.log(JSON.stringify(findPostgresBinaries(${JSON.stringify(spare)}, ${JSON.stringify(native)})));`;
      const [program = '', ...args] = [
        ...before,
        process.execPath,
        '--import',
        'tsx',
        '--input-type=module',
        '-e',
        code,
      ];
      const found = JSON.parse(
        execFileSync(program, args, { encoding: 'utf8', env: { PATH: process.env['PATH'] } }),
      );
      chmodSync(native, 0o755);
      chmodSync(path.join(native, 'lib'), 0o755);
      expect(found.libraryEnv).toEqual({ LD_LIBRARY_PATH: `${spare}:${path.join(native, 'lib')}` });
      expect(versionBy(found.postgres, found.libraryEnv)).toContain('PostgreSQL) 18');
      // Reaches libssl through libpq, which is linked.
      expect(versionBy(found.initdb, found.libraryEnv)).toContain('PostgreSQL) 18');
    },
  );
});
