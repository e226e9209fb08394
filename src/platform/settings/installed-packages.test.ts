import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  hashOfFolder,
  installedPackages,
  leftovers,
  type PackageLock,
  packagesFolder,
  readPackageLock,
  writePackageLock,
} from './installed-packages.ts';

let data = '';
let folder = '';
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'waybill-packages-'));
  folder = packagesFolder(data);
  mkdirSync(join(folder, 'acme.1', 'lib'), { recursive: true });
  writeFileSync(join(folder, 'acme.1', 'lib', 'index.js'), 'export const adapter = {};');
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

function lockOf(files: string): PackageLock {
  const acme = {
    ...{ name: 'waybill-acme', version: '1.0.0', integrity: 'sha512-x', folder: 'acme.1', files },
    ...{ entry: 'lib/index.js', scorecard: { level: 'silver' } },
    description: { data: {}, mapping: 'mapping.yaml' },
  };
  return { packages: { acme } };
}

it('are read with the paths that they have now', async () => {
  await writePackageLock(data, lockOf(hashOfFolder(join(folder, 'acme.1'))));
  const { packages, leftOut } = installedPackages(data);
  expect(leftOut).toEqual([]);
  expect(packages).toMatchObject([
    {
      carrier: 'acme',
      entry: expect.stringMatching(/carriers\/acme\.1\/lib\/index\.js$/),
      description: { mapping: expect.stringMatching(/carriers\/acme\.1\/mapping\.yaml$/) },
    },
  ]);
});

it.each([
  ['changed', () => writeFileSync(join(folder, 'acme.1', 'lib', 'index.js'), 'evil();')],
  ['added', () => writeFileSync(join(folder, 'acme.1', 'package.json'), '{}')],
  ['added as a link', () => symlinkSync('lib/index.js', join(folder, 'acme.1', 'link'))],
  ['removed', () => rmSync(join(folder, 'acme.1', 'lib', 'index.js'))],
])('are left out once a file is %s', async (_how, change) => {
  await writePackageLock(data, lockOf(hashOfFolder(join(folder, 'acme.1'))));
  change();
  const { packages, leftOut } = installedPackages(data);
  expect(packages).toEqual([]);
  expect(leftOut).toEqual([
    {
      carrier: 'acme',
      reason: expect.stringContaining('are not those that were checked'),
      fix: expect.stringContaining('waybill carrier remove acme'),
    },
  ]);
});

it.each([
  ['/etc', 'link'],
  ['../..', 'link'],
  ['../../../etc/passwd', 'lib/link'],
  ['missing', 'link'],
])('are not hashed, thus not installed, with a link to %s at %s', async (target, at) => {
  const acme = join(folder, 'acme.1');
  const before = hashOfFolder(acme);
  symlinkSync(target, join(acme, at));
  expect(() => hashOfFolder(acme)).toThrow(`${at} is a link that leads outside the package`);
  await writePackageLock(data, lockOf(before));
  expect(installedPackages(data).leftOut).toMatchObject([{ carrier: 'acme' }]);
});

it('are left out if their folder is missing, or the lock file is damaged', async () => {
  await writePackageLock(data, lockOf('sha512-x'));
  rmSync(join(folder, 'acme.1'), { recursive: true });
  expect(installedPackages(data).leftOut[0]?.reason).toContain('cannot be read');
  writeFileSync(join(folder, 'lock.json'), '{"packages":');
  expect(() => readPackageLock(data)).toThrow('lock.json is damaged');
  expect(installedPackages(data)).toMatchObject({
    packages: [],
    leftOut: [{ carrier: 'all', reason: expect.stringContaining('lock.json is damaged') }],
  });
});

it('hash the same for the same files, whatever was written first', () => {
  const write = (name: string, files: readonly string[]) => {
    mkdirSync(join(data, name));
    for (const file of files) writeFileSync(join(data, name, file), file);
    return hashOfFolder(join(data, name));
  };
  expect(write('one', ['a', 'b'])).toBe(write('other', ['b', 'a']));
  expect(write('third', ['ab'])).not.toBe(hashOfFolder(join(data, 'one')));
});

it('leave a folder without a record as a leftover', () => {
  mkdirSync(join(folder, '.new-x'));
  mkdirSync(join(folder, '.kit'));
  writeFileSync(join(folder, 'lock.json.new'), '');
  expect([...leftovers(data, lockOf(''))].sort()).toEqual(['.new-x', 'lock.json.new']);
  expect([...leftovers(data, { packages: {} })].sort()).toEqual([
    '.new-x',
    'acme.1',
    'lock.json.new',
  ]);
});
