import { z } from 'zod';
import { type Forest, forestToJson } from '../gbdt/index.ts';
import { LegHistory } from '../stage/leg-history.ts';
import { Stage } from '../stage/stage.ts';
import { GuessTrust, STAGE_FEATURES, StageBook } from '../stage/stage-features.ts';
import { type LevelsState, StageLevels } from '../stage/stage-levels.ts';
import { amount, finite, rounded, whole } from './numbers-json.ts';

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
