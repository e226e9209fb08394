import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VENDORED } from '../../tools/vendored.ts';
import { ROOT } from '../docs/blocks.ts';

/** The folders of everything that is published to npm. */
const FOLDERS = [
  '.',
  'packages/adapter-kit',
  'packages/client',
  ...readdirSync(join(ROOT, 'packages/carriers')).map((name) => `packages/carriers/${name}`),
];

const textOf = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const manifests = FOLDERS.map((folder) => JSON.parse(textOf(join(folder, 'package.json'))));
const [own] = manifests;

describe('packages', () => {
  it('share one version, those for Python and Helm too', () => {
    const versions = Object.fromEntries(manifests.map(({ name, version }) => [name, version]));
    const python = /^version = "(.*)"$/m.exec(textOf('packages/python/pyproject.toml'))?.[1];
    const chart = /^version: (.*)$/m.exec(textOf('deploy/helm/waybill/Chart.yaml'))?.[1];
    expect(new Set([...Object.values(versions), python, chart])).toEqual(new Set([own.version]));
  });

  it('need none of each other, except for the optional hub of adapters', () => {
    const names: readonly string[] = manifests.map(({ name }) => name);
    for (const {
      dependencies = {},
      peerDependenciesMeta = {},
      peerDependencies = {},
    } of manifests) {
      expect(Object.keys(dependencies).filter((name) => names.includes(name))).toEqual([]);
      const needed = Object.keys(peerDependencies).filter(
        (name) => peerDependenciesMeta[name]?.optional !== true,
      );
      expect(needed).toEqual([]);
    }
  });

  it('run nothing when they are installed', () => {
    for (const { scripts = {} } of manifests) {
      expect(scripts).not.toHaveProperty('preinstall');
      expect(scripts).not.toHaveProperty('install');
      expect(scripts).not.toHaveProperty('postinstall');
    }
  });
});

/** Licences that allow use in and beside Apache-2.0, with attribution. */
const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT-0',
  'OFL-1.1',
];
/** Others, by package, with the reason why we may depend on it. */
const EXAMINED: Readonly<Record<string, string>> = {
  '@img/sharp-':
    'LGPL-3.0-or-later: libvips, a shared library that is not changed and can be replaced',
  'png-js': 'its package.json states none; its file LICENSE is MIT',
  'web-push': 'MPL-2.0: its files are not changed',
};

interface LockedPackage {
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

it('every package that an installation contains has a licence that permits it', () => {
  const packages: Readonly<Record<string, LockedPackage>> = JSON.parse(
    textOf('package-lock.json'),
  ).packages;
  const unknown = Object.entries(packages).flatMap(([path, { license = '', dev, link }]) => {
    const name = path.split('node_modules/')[1] ?? '';
    const isPart = name in VENDORED || (name !== '' && dev !== true && link !== true);
    return isPart && !PERMISSIVE.includes(license)
      ? [path.split('node_modules/').at(-1) ?? '']
      : [];
  });
  const reasons = Object.keys(EXAMINED);
  expect(unknown.filter((name) => !reasons.some((start) => name.startsWith(start)))).toEqual([]);
  expect(reasons.filter((start) => !unknown.some((name) => name.startsWith(start)))).toEqual([]);
});
