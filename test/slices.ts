import { createHash } from 'node:crypto';

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
  /** Expected duration on two cores, with a margin. */
  readonly expectedS: number;
  /**
   * Too long for CI, which runs only these files or benches of it, a minute in all. Absent: CI runs
   * the whole slice.
   */
  readonly smoke?: readonly string[];
  /**
   * Folders whose tests run elsewhere by their names (`now`: in `npm test`), and here too if the slice
   * is asked for by name.
   */
  readonly also?: readonly (readonly [project: string, folders: readonly string[]])[];
}

export const SLICES: readonly Slice[] = [
  {
    name: 'journeys',
    what: 'long ways through an open hub: hundreds of calls, days of a simulated clock, whole imports',
    expectedS: 190,
  },
  {
    name: 'hubs',
    what: 'hubs in processes of their own: start, stop, the docs’ commands',
    expectedS: 600,
  },
  {
    name: 'kills',
    what: 'processes killed in the middle of their work',
    expectedS: 645,
    smoke: [
      'test/invariants/crash-points.kills.test.ts',
      'test/invariants/durability.kills.test.ts',
    ],
  },
  {
    name: 'compat',
    what: 'the official clients of other services against the drop-in APIs',
    expectedS: 60,
    also: [
      ['now', ['src/http/compat', 'test/compat']],
      ['journeys', ['src/http/compat', 'test/compat']],
      ['hubs', ['test/compat']],
    ],
  },
  {
    name: 'engines',
    what: 'Chromium, Redis, Kafka, Varnish, PostgreSQL servers of their own',
    expectedS: 535,
  },
  {
    name: 'hostile',
    what: 'hostile input of every kind, and the processor time it takes',
    expectedS: 230,
  },
  {
    name: 'floods',
    what: 'many requests, parcels, messages and mistakes at once',
    expectedS: 110,
  },
  {
    name: 'carriers',
    what: 'every carrier and channel under its whole conformance suite',
    expectedS: 110,
  },
  {
    name: 'random',
    what: 'the random tests of `npm test` once more, with all their runs',
    expectedS: 100,
  },
  {
    name: 'long',
    what: 'months of simulated polling, models learnt from scratch, the npm packages',
    expectedS: 640,
    smoke: ['src/prediction/stage/stage.long.test.ts'],
  },
  {
    name: 'deploy',
    what: 'image, chart and Compose files, built or checked by their own tools',
    expectedS: 200,
  },
  {
    name: 'benches',
    what: 'every bench of package.json, short: figures to look at, and each must end well',
    expectedS: 1_500,
    smoke: ['bench:ingest', 'bench:pipeline', 'bench:lookup'],
  },
];

/** Repeats the tests of `npm test` that draw at random, so it has no files of its own. */
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

/**
 * So many percent of the files, but at least one: CI on a slow machine has no time for all. Each seed
 * chooses others, and a larger part contains the smaller one.
 */
export function partOf(files: readonly string[], percent: number, seed: string): readonly string[] {
  const placeOf = (file: string) => createHash('sha256').update(`${seed} ${file}`).digest('hex');
  const order = files.map((file) => ({ file, place: placeOf(file) }));
  order.sort((a, b) => (a.place < b.place ? -1 : 1));
  return order.slice(0, Math.ceil((files.length * percent) / 100)).map(({ file }) => file);
}
