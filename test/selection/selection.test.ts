import { describe, expect, it } from 'vitest';
import { chooseForCi, fastTestsReached, type Tree, testsReached } from './choose.ts';
import { type FileImports, importersIn, importsOf } from './module-graph.ts';
import { SCANS } from './reach.ts';
import { readersOf } from './read-by-tests.ts';
import { readTree } from './read-tree.ts';

/** Files with what they import (`from: names`) and pass on. */
function treeOf(
  files: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  forwarded: Readonly<Record<string, FileImports['forwarded']>> = {},
  texts: Readonly<Record<string, string>> = {},
): Tree {
  const imports = Object.entries(files).map(([file, named]) => {
    const all = Object.entries(named).map(([from, names]) => ({ from, names }));
    return [file, { imports: all, forwarded: forwarded[file] ?? {} }] as const;
  });
  return {
    modules: new Set(Object.keys(files)),
    importers: importersIn(new Map(imports)),
    textOf: (file) => texts[file] ?? '',
  };
}

const FOLDER = treeOf(
  {
    'src/a/one.ts': {},
    'src/a/two.ts': {},
    'src/a/index.ts': {},
    'src/uses-one.ts': { 'src/a/index.ts': ['one'] },
    'src/uses-one.test.ts': { 'src/uses-one.ts': ['usesOne'] },
    'src/uses-two.test.ts': { 'src/a/index.ts': ['renamed'] },
    'src/uses-all.test.ts': { 'src/a/index.ts': ['*'] },
    'src/uses-types.test.ts': { 'src/a/one.ts': [] },
  },
  {
    'src/a/index.ts': {
      one: { from: 'src/a/one.ts', name: 'one' },
      renamed: { from: 'src/a/two.ts', name: 'two' },
    },
  },
);

it('imports are read without their types, by the names of the other file', () => {
  const text = `import one, { two as deux, type Three } from './a.ts';
import type { Four } from './b.ts';
import * as five from './c.ts';
import './d.ts';
import { readFileSync } from 'node:fs';
export {
  six,
  seven as sept,
} from '../e.ts';
const later = () => import('./f.ts');
`;
  expect(importsOf({ path: 'src/x/file.ts', text })).toEqual({
    imports: [
      { from: 'src/x/a.ts', names: ['default', 'two'] },
      { from: 'src/x/c.ts', names: ['*'] },
      { from: 'src/x/d.ts', names: ['*'] },
      { from: 'src/x/f.ts', names: ['*'] },
    ],
    forwarded: {
      six: { from: 'src/e.ts', name: 'six' },
      sept: { from: 'src/e.ts', name: 'seven' },
    },
  });
});

describe('a change reaches', () => {
  it('whoever imports its names, also through an index.ts, and nobody who imports other names', () => {
    const { tests } = testsReached(['src/a/one.ts'], FOLDER);
    expect([...tests].map(([file, { imports }]) => [file, imports])).toEqual([
      ['src/uses-all.test.ts', 1],
      ['src/uses-one.test.ts', 2],
    ]);
    expect([...testsReached(['src/a/two.ts'], FOLDER).tests.keys()].sort()).toEqual([
      'src/uses-all.test.ts',
      'src/uses-two.test.ts',
    ]);
  });

  it('of a plug-in’s code, the tests that name the plug-in; of its manifest, all that load it', () => {
    const registry = 'src/adapters/registry/registry.ts';
    const tree = treeOf(
      {
        'src/adapters/post-nl/parse.ts': {},
        'src/adapters/post-nl/manifest.ts': {},
        'src/adapters/post-nl/index.ts': {
          'src/adapters/post-nl/parse.ts': ['parse'],
          'src/adapters/post-nl/manifest.ts': ['manifest'],
        },
        [registry]: {},
        'src/registry.test.ts': { [registry]: ['loadAdapters'] },
        'src/hub.ts': { [registry]: ['loadAdapters'] },
        'src/names.test.ts': { 'src/hub.ts': ['open'] },
        'src/other.test.ts': { 'src/hub.ts': ['open'] },
      },
      {},
      { 'src/names.test.ts': 'POST NL', 'src/other.test.ts': 'acme' },
    );
    const reached = (name: string) =>
      [...testsReached([`src/adapters/post-nl/${name}`], tree).tests.keys()].filter(
        (file) => !file.includes('conformance'),
      );
    expect(reached('parse.ts')).toEqual(['src/registry.test.ts', 'src/names.test.ts']);
    expect(reached('manifest.ts')).toContain('src/other.test.ts');
  });

  it('all tests, as far as anybody knows, if it is a file of which nothing says who reads it', () => {
    expect(testsReached(['src/a/one.ts', 'package.json'], FOLDER).unknown).toEqual([
      'package.json',
    ]);
  });
});

describe('what no module imports is read', () => {
  const modules = new Set([
    'src/adapters/dhl/index.ts',
    'src/adapters/dhl/parse.test.ts',
    'src/normalization/compile.test.ts',
    'src/normalization/compile.ts',
    'src/platform/test-postgres.ts',
  ]);
  it.each([
    [
      'config/carrier-mappings/dhl.yaml',
      [/^src\/normalization\/compile\.test/, /dhl\/parse\.test/],
    ],
    ['migrations/0001_baseline.sql', [/^src\/platform\/test-postgres\.ts$/]],
    ['src/adapters/dhl/fixtures/delivered.json', [/dhl\/index\.ts$/, /dhl\/parse\.test\.ts$/]],
    ['LICENSE', []],
  ])('%s', (file, readers) => {
    const found = readersOf(file, modules);
    expect(found).toHaveLength(readers.length);
    for (const [index, reader] of readers.entries()) expect(found?.[index]).toMatch(reader);
  });
});

describe('CI, of the slices that it does not run whole,', () => {
  const files = Array.from({ length: 400 }, (_, index) => ({
    slice: 'kills',
    file: `test/${index}.kills.test.ts`,
  }));
  const reached = (imports: number) => ({ from: 'src/a.ts', imports, plugin: null });
  const inTurn = (commits: number) =>
    chooseForCi(files, new Map(), () => 1, commits).inTurn.map(({ file }) => file);

  it('runs every file once in ten commits, a tenth each time', () => {
    const all = Array.from({ length: 10 }, (_, commits) => inTurn(commits));
    expect(all.flat().sort()).toEqual(files.map(({ file }) => file).sort());
    for (const each of all) expect(each.length).toBeLessThan(80);
    expect(inTurn(2_981)).toEqual(inTurn(1));
  });

  it('runs what is at most two imports from a change, the nearest first, for five minutes', () => {
    const near = new Map(files.map(({ file }, index) => [file, reached(index % 4)]));
    const { changed } = chooseForCi(files, near, () => 20, 0);
    expect(changed).toHaveLength(15);
    expect(changed.every(({ file }) => near.get(file)?.imports === 0)).toBe(true);
    const far = new Map(files.map(({ file }) => [file, reached(3)]));
    expect(chooseForCi(files, far, () => 20, 0).changed).toEqual([]);
  });
});

describe('in this repository', () => {
  const tree = readTree();
  const fast = (file: string) => [...fastTestsReached([file], tree).tests.keys()];

  it('every scanner is a file, and scans plug-ins', () => {
    for (const { scanner, entry } of SCANS) {
      expect([scanner, tree.modules.has(scanner)]).toEqual([scanner, true]);
      expect([...tree.modules].filter((file) => entry.test(file)).length).toBeGreaterThan(2);
    }
  });

  it('a carrier’s parser reaches its tests and those that read every source, but few others', () => {
    const tests = fast('src/adapters/dhl/parse.ts');
    expect(tests).toEqual(
      expect.arrayContaining([
        'src/adapters/dhl/parse.test.ts',
        'src/normalization/files/shipped-mappings.test.ts',
        'test/tidy.test.ts',
      ]),
    );
    expect(tests.length).toBeLessThan(80);
  });

  it('the fold reaches the recording of facts and the public page', () => {
    expect(fast('src/tracking/fold/fold.ts')).toEqual(
      expect.arrayContaining([
        'src/tracking/fold/fold-properties.test.ts',
        'src/tracking/record/pipeline.test.ts',
        'src/http/public/tracking/public-face.test.ts',
      ]),
    );
  });
});
