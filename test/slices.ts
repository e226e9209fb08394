import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The layers of the tests. A file's name says where it belongs:
 *
 *     fold.test.ts            `npm test`: whatever a change can break at once, in minutes
 *     start.hubs.test.ts      `npm run test:all -- hubs`, and so for each slice below
 *
 * A slice is for a test that cannot be quick: it waits for processes, works off a flood, or repeats
 * what `npm test` has shown once. Why it is so: docs/decisions/0041-test-slices.md.
 */
export interface Slice {
  readonly name: string;
  /** What its tests have in common. */
  readonly what: string;
  /** CI runs all of it; of the others, what the change is near to and what has its turn. */
  readonly isWholeInCi: boolean;
}

const slice = (name: string, what: string, isWholeInCi = false): Slice => ({
  name,
  what,
  isWholeInCi,
});

export const SLICES: readonly Slice[] = [
  slice(
    'journeys',
    'long ways through an open hub: hundreds of calls, days of a simulated clock, whole imports',
    true,
  ),
  slice('hubs', 'hubs in processes of their own: start, stop, the docs’ commands', true),
  slice('engines', 'Chromium, Redis, Kafka, Varnish, PostgreSQL servers of their own', true),
  slice('kills', 'processes killed in the middle of their work'),
  slice('compat', 'the official clients of other services against the drop-in APIs'),
  slice('hostile', 'hostile input of every kind, and the processor time it takes'),
  slice('floods', 'many requests, parcels, messages and mistakes at once'),
  slice('carriers', 'every carrier and channel under its whole conformance suite'),
  slice('random', 'the random tests of `npm test` once more, with all their runs'),
  slice('long', 'months of simulated polling, models learnt from scratch, the npm packages'),
  slice('deploy', 'image, chart and Compose files, built or checked by their own tools'),
  slice(
    'benches',
    'every bench of package.json, short: figures to look at, and each must end well',
  ),
];

/** Repeats the tests of `npm test` that draw at random, so no file has its name. */
export const REPEATED = 'random';
/** Runs benches instead of test files. */
export const BENCHES = 'benches';

/** Those that a file's name can contain. */
export const FILE_SLICES: readonly string[] = SLICES.map(({ name }) => name).filter(
  (name) => name !== REPEATED && name !== BENCHES,
);

/** The part before a slice is the file's own name; `make.sql.test.ts` is beside `make.sql.ts`. */
const NAME = /^[^.]+(?:\.sql)?(?:\.(?<slice>[^.]+))?\.test\.tsx?$/;

export const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file);

/** The slice of a test file; null: `npm test`. Throws for a name with neither. */
export function sliceOf(file: string): string | null {
  const found = NAME.exec(file.split('/').at(-1) ?? '');
  if (found === null) throw new Error(`${file}: name it NAME.test.ts or NAME.SLICE.test.ts`);
  const slice = found.groups?.['slice'];
  if (slice === undefined || FILE_SLICES.includes(slice)) return slice ?? null;
  throw new Error(`${file}: there is no slice "${slice}", only ${FILE_SLICES.join(', ')}`);
}

/** A test file in the slice in which it runs. */
export interface SlicedFile {
  readonly slice: string;
  readonly file: string;
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Not the whole tree: `npm run test:mutation` works in a copy of it, in here. */
export const TEST_FOLDERS = ['src', 'packages', 'test', 'migrations', 'bench'];

/** All test files of all slices; those of `random` are in `npm test`, too. */
export function slicedFiles(): readonly SlicedFile[] {
  const files = TEST_FOLDERS.flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name}`)
      .filter((file) => isTest(file) && !file.includes('node_modules/')),
  );
  return files.sort().flatMap((file) => {
    const slice = sliceOf(file);
    if (slice !== null) return [{ slice, file }];
    return drawsAtRandom(file) ? [{ slice: REPEATED, file }] : [];
  });
}

const drawsAtRandom = (file: string): boolean =>
  readFileSync(`${ROOT}${file}`, 'utf8').includes("/test-runs.ts'");

/** Measured by `WAYBILL_TEST_SECONDS=test/seconds.json npm run test:all`, on two idle cores. */
const SECONDS = `${ROOT}test/seconds.json`;
/** Of a file that is new. */
const UNKNOWN_S = 20;

/** Returns how long a file takes, in seconds. */
export function readSeconds(): (file: SlicedFile) => number {
  const measured: Readonly<Record<string, number>> = existsSync(SECONDS)
    ? JSON.parse(readFileSync(SECONDS, 'utf8'))
    : {};
  return ({ slice, file }) => measured[`${slice} ${file}`] ?? UNKNOWN_S;
}
