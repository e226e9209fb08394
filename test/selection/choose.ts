import { createHash } from 'node:crypto';
import { isTest, type SlicedFile, sliceOf } from '../slices.ts';
import type { Importers } from './module-graph.ts';
import { type Reached, reach } from './reach.ts';
import { readersOf } from './read-by-tests.ts';

/** What a choice of tests depends on. */
export interface Tree {
  /** The paths of all files whose imports are known, from the root. */
  readonly modules: ReadonlySet<string>;
  readonly importers: Importers;
  readonly textOf: (file: string) => string;
}

/** Reads every source: what such a test checks changes with any file. */
export const READS_ALL = 'test/tidy/tree.ts';

/** The tests that a change reaches, and the changed files of which nothing says what reads them. */
export function testsReached(
  changed: readonly string[],
  { modules, importers, textOf }: Tree,
): { readonly tests: ReadonlyMap<string, Reached>; readonly unknown: readonly string[] } {
  const readers = changed.map((file) => ({ file, read: readersOf(file, modules) }));
  const starts = new Set(readers.flatMap(({ read }) => read ?? []));
  const reached = reach([...starts], importers, textOf);
  return {
    tests: new Map([...reached].filter(([file]) => isTest(file))),
    unknown: readers.filter(({ read }) => read === null).map(({ file }) => file),
  };
}

/** `testsReached`, and those that read every source; only the tests of `npm test`. */
export function fastTestsReached(changed: readonly string[], tree: Tree) {
  const { tests, unknown } = testsReached([...changed, READS_ALL], tree);
  return { tests: new Map([...tests].filter(([file]) => sliceOf(file) === null)), unknown };
}

/** Of the slices that CI does not run whole: files at most so many imports from a change. */
const IMPORTS_MAX = 2;
/** And of these, the nearest, for so long in all. */
const CHANGED_S_MAX = 300;
/** Each file has its turn once in so many commits. */
const TURNS = 10;

/**
 * Chooses among the files of the slices that CI does not run whole.
 *
 * @param reached how a change reaches a file, if it does.
 * @param secondsOf how long a file takes.
 * @param commits on the main branch: whose turn it is.
 */
export function chooseForCi(
  files: readonly SlicedFile[],
  reached: ReadonlyMap<string, Reached>,
  secondsOf: (file: SlicedFile) => number,
  commits: number,
): { readonly changed: readonly SlicedFile[]; readonly inTurn: readonly SlicedFile[] } {
  const importsOf = ({ file }: SlicedFile) =>
    reached.get(file)?.imports ?? Number.POSITIVE_INFINITY;
  const near = files
    .filter((file) => importsOf(file) <= IMPORTS_MAX)
    .sort((a, b) => importsOf(a) - importsOf(b) || secondsOf(a) - secondsOf(b));
  let leftS = CHANGED_S_MAX;
  const changed = near.filter((file) => {
    const fits = secondsOf(file) <= leftS;
    if (fits) leftS -= secondsOf(file);
    return fits;
  });
  const inTurn = files.filter(
    (file) => turnOf(file) === commits % TURNS && !changed.includes(file),
  );
  return { changed, inTurn };
}

/** From 0 to `TURNS` - 1, the same for ever. */
function turnOf({ slice, file }: SlicedFile): number {
  return createHash('sha256').update(`${slice} ${file}`).digest().readUInt32BE() % TURNS;
}
