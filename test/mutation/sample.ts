import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { randomFrom } from '../../src/kernel/seeded-random.ts';
import type { Instrumentation } from '../../tools/mutation/stryker.ts';

type InstrumenterClass = Instrumentation['Instrumenter'];

/** A top-level function, class or constant, with its mutants. */
interface Piece {
  /** In the form of Stryker's `mutate`: `src/a.ts:12-40`. */
  readonly range: string;
  readonly mutants: number;
}

export interface Sample {
  readonly ranges: readonly string[];
  readonly mutants: number;
  /** Of all files together. */
  readonly mutantsInAll: number;
}

/**
 * Draws whole pieces at random, the same for the same seed, until they have `wanted` mutants
 * together. Stryker accepts ranges of lines, not single mutants, so a piece comes with all of its
 * own.
 */
export async function drawSample(
  Instrumenter: InstrumenterClass,
  root: string,
  files: readonly string[],
  { wanted, seed }: { wanted: number; seed: number },
): Promise<Sample> {
  const pieces = (
    await Promise.all(files.map((file) => piecesOf(new Instrumenter(SILENT), root, file)))
  ).flat();
  const ranges: string[] = [];
  let mutants = 0;
  for (const piece of randomFrom(seed).shuffle(pieces)) {
    if (mutants >= wanted) break;
    if (piece.mutants === 0) continue;
    ranges.push(piece.range);
    mutants += piece.mutants;
  }
  const mutantsInAll = pieces.reduce((sum, piece) => sum + piece.mutants, 0);
  return { ranges: ranges.sort(), mutants, mutantsInAll };
}

async function piecesOf(
  instrumenter: InstanceType<InstrumenterClass>,
  root: string,
  file: string,
): Promise<Piece[]> {
  const content = readFileSync(`${root}/${file}`, 'utf8');
  const { mutants } = await instrumenter.instrument([{ name: file, content, mutate: true }], {
    plugins: null,
    excludedMutations: [],
    ignorers: [],
  });
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest);
  return source.statements.map((statement) => {
    const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line + 1;
    const first = lineOf(statement.getStart(source));
    const last = lineOf(statement.end);
    const inside = mutants.filter(({ location }) => {
      const line = location.start.line + 1;
      return first <= line && line <= last;
    });
    return { range: `${file}:${first}-${last}`, mutants: inside.length };
  });
}

const nothing = (): void => {};
const never = (): boolean => false;
const SILENT = {
  isTraceEnabled: never,
  isDebugEnabled: never,
  isInfoEnabled: never,
  isWarnEnabled: never,
  isErrorEnabled: never,
  isFatalEnabled: never,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
};
