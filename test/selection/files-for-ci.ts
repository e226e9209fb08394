import { SLICES, type SlicedFile } from '../slices.ts';
import { changedFiles, ciBase, commitCount } from './changes.ts';
import { chooseForCi, testsReached } from './choose.ts';
import { readTree } from './read-tree.ts';

/** The files of all slices that CI runs; prints why, and which it leaves out. */
export function filesForCi(
  all: readonly SlicedFile[],
  secondsOf: (file: SlicedFile) => number,
): readonly SlicedFile[] {
  const whole = SLICES.filter(({ isWholeInCi }) => isWholeInCi).map(({ name }) => name);
  const others = all.filter(({ slice }) => !whole.includes(slice));
  const base = ciBase();
  const { tests } = testsReached(base === null ? [] : changedFiles(base), readTree());
  const { changed, inTurn } = chooseForCi(others, tests, secondsOf, commitCount());
  print(`Near to a change since ${base?.slice(0, 9)}`, changed);
  print('In turn', inTurn);
  print(
    'LEFT OUT',
    others.filter((file) => !changed.includes(file) && !inTurn.includes(file)),
  );
  return [...all.filter(({ slice }) => whole.includes(slice)), ...changed, ...inTurn];
}

function print(title: string, files: readonly SlicedFile[]): void {
  process.stdout.write(`${title}: ${files.length} test files\n`);
  for (const { slice, file } of files) process.stdout.write(`  ${slice.padEnd(8)} ${file}\n`);
}
