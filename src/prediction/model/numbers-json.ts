import { z } from 'zod';
import { type Forest, forestToJson } from '../gbdt/index.ts';
import { LegHistory } from '../stage/leg-history.ts';
import { Stage } from '../stage/stage.ts';
import { GuessTrust, STAGE_FEATURES, StageBook } from '../stage/stage-features.ts';

import { type LevelsState, StageLevels } from '../stage/stage-levels.ts';

/** Rounds to five significant digits, which is more precise than any count of parcels. */
export function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

/** Fewer parcels count as none. */
const NOTHING = 0.005;

/** [index, value] of the non-negligible cells: most cells of most groups are empty. */
export function sparse(values: Float64Array): [number, number][] {
  const entries: [number, number][] = [];
  for (const [place, value] of values.entries()) {
    if (value >= NOTHING) entries.push([place, rounded(value)]);
  }
  return entries;
}

/** The range of a number. */
export interface Limits {
  readonly least: number;
  readonly most: number;
  readonly isWhole?: boolean;
}

const WHOLE = { least: -1e6, most: 1e6, isWhole: true } as const;
const FINITE = { least: -1e12, most: 1e12 } as const;
const AMOUNT = { least: 0, most: 1e12 } as const;
export const LIMITS = { whole: WHOLE, finite: FINITE, amount: AMOUNT } as const;

export const whole = z.number().int().min(WHOLE.least).max(WHOLE.most);
export const finite = z.number().min(FINITE.least).max(FINITE.most);
export const amount = z.number().min(AMOUNT.least).max(AMOUNT.most);

/**
 * A schema for tuples of numbers, each within its limits. A model has hundreds of thousands of them
 * and is read while pushes wait: without a schema for each number, reading takes a fifth less time
 * in total.
 */
export function tuples<const Each extends readonly Limits[]>(...each: Each) {
  type Tuple = { -readonly [Nr in keyof Each]: number };
  const isTuple = (cell: unknown): boolean =>
    Array.isArray(cell) &&
    cell.length === each.length &&
    each.every((limits, nr) => isWithin(cell[nr], limits));
  return z.custom<Tuple[]>((value) => Array.isArray(value) && value.every(isTuple), {
    error: `expected arrays of ${each.length} numbers within their limits`,
  });
}

function isWithin(value: unknown, { least, most, isWhole }: Limits): boolean {
  if (typeof value !== 'number' || !(value >= least && value <= most)) return false;
  return isWhole !== true || Number.isInteger(value);
}

/** A schema for the output of `sparse` for `size` cells. */
export function sparseCells(size: number) {
  return tuples({ least: 0, most: size - 1, isWhole: true }, AMOUNT).transform((cells) => {
    const values = new Float64Array(size);
    for (const [at, value] of cells) values[at] = value;
    return values;
  });
}

const WORD_CHARS_MAX = 1_000;
const levels = z.array(z.tuple([z.string(), z.number().min(-5).max(5)]));
const means = z.array(z.tuple([z.string(), finite, amount]));

/** A model's knowledge about stops. */
export const stageJson = z.strictObject({
  features: z.array(z.string()),
  words: z.record(z.string().regex(/^[a-z_]+$/), z.array(z.string().max(WORD_CHARS_MAX))),
  forests: z.array(z.unknown()),
  levels: z.strictObject({
    day: whole.nullable(),
    early: levels,
    later: levels,
    late: levels,
    days: levels.default([]),
  }),
  trust: z.array(z.tuple([z.string(), amount, amount])),
  legs: means,
  stays: means,
  rests: means,
  places: z.array(z.tuple([z.string(), amount, z.array(z.tuple([whole, amount]))])),
});

export const STAGE_COLUMNS = STAGE_FEATURES.map(({ name, kind }) => `${name} (${kind})`);

/**
 * The stored form of what a model knows about stops; undefined until trees are trained, because
 * without them the rest is never used.
 */
export function stageToJson(stage: Stage): z.input<typeof stageJson> | undefined {
  if (!stage.isGrown) return undefined;
  const { history, trust, levels: levelStates, book, forests } = stage.learned();
  const { day, early, later, late, days } = levelStates.state();
  const { legs, stays, rests, places } = history.entries();
  const short = (entries: typeof legs): typeof legs =>
    entries.map(([key, mean, count]) => [key, rounded(mean), count]);
  return {
    features: STAGE_COLUMNS,
    words: book.words() as Record<string, string[]>,
    forests: forests.map(forestToJson),
    levels: {
      day,
      early: shortLevels(early),
      later: shortLevels(later),
      late: shortLevels(late),
      days: shortLevels(days),
    },
    trust: trust.entries().map(([key, model, past]) => [key, rounded(model), rounded(past)]),
    legs: short(legs),
    stays: short(stays),
    rests: short(rests),
    places,
  };
}

/** @param forests read, and verified to use `STAGE_COLUMNS`. */
export function stageFromJson(json: z.output<typeof stageJson>, forests: readonly Forest[]): Stage {
  return new Stage({
    history: new LegHistory(json),
    trust: new GuessTrust(json.trust),
    levels: new StageLevels(json.levels),
    book: new StageBook(json.words),
    forests,
  });
}

function shortLevels(levelStates: LevelsState['early']): [string, number][] {
  return levelStates.map(([status, level]) => [status, rounded(level)]);
}
