import { z } from 'zod';
import { definedOnly } from '../../kernel/defined-only.ts';
import {
  type CalibrationState,
  Calibrator,
  CUSTOMER_RATE,
  WINDOW_RATE,
} from '../calibration/calibrator.ts';
import { CURVE_SHARES } from '../calibration/curve.ts';
import { PointLean } from '../calibration/point-lean.ts';
import { RateController } from '../calibration/rate-controller.ts';
import {
  LevelShift,
  SHARE_CLOCK,
  SHIFT_WEIGHTS,
  ShiftWeight,
} from '../calibration/shift-weight.ts';
import { CodeBook, FEATURES, FEATURES_WITHOUT_WEATHER } from '../features/feature-columns.ts';
import { type Forest, forestFromJson, forestToJson, ModelUnusable } from '../gbdt/index.ts';
import { DaySums, GROUPS } from '../lanes/groups.ts';
import { type LaneState, LaneStatistics } from '../lanes/lane-statistics.ts';
import { PACE_CLOCK, Paces } from '../lanes/paces.ts';
import { Recent } from '../lanes/recent.ts';
import { SurvivalTable } from '../lanes/survival-table.ts';
import { LOG_BINS, LogHistogram, UsualTimes } from '../lanes/usual-times.ts';
import { Learner, type ModelCard, modelCard } from './learner.ts';
import {
  amount,
  finite,
  LIMITS,
  rounded,
  sparse,
  sparseCells,
  tuples,
  whole,
} from './numbers-json.ts';
import { STAGE_COLUMNS, stageFromJson, stageJson, stageToJson } from './stage-json.ts';

const group = z.enum(GROUPS);
const bin = { least: 0, most: LOG_BINS - 1, isWhole: true } as const;

/** Lane statistics as stored in a model. Pairs, not objects: a key may be any text. */
const lanesJson = z.strictObject({
  day: whole.nullable(),
  usual: z.array(z.tuple([z.string(), tuples(bin, LIMITS.amount)])),
  paces: z.array(
    z.tuple([group, z.array(z.tuple([z.string(), whole, sparseCells(2 * PACE_CLOCK.bins)]))]),
  ),
  recent: z.array(
    z.tuple([
      group,
      z.array(z.tuple([z.string(), amount, tuples(LIMITS.whole, LIMITS.finite, LIMITS.amount)])),
    ]),
  ),
});

function lanesToJson({ day, usual, paces, recent }: LaneState): z.input<typeof lanesJson> {
  return {
    day,
    usual: usual.entries().map(([key, histogram]) => [key, histogram.entries()]),
    paces: paces
      .entries()
      .map(([name, tables]) => [
        name,
        tables
          .map(([key, table]): [string, number, [number, number][]] => [
            key,
            table.day,
            sparse(table.cells),
          ])
          .filter(([, , cells]) => cells.length > 0),
      ]),
    recent: recent
      .entries()
      .map(([name, groups]) => [
        name,
        groups.map(([key, { underWay, sums }]) => [
          key,
          underWay,
          sums.entries().map(([on, sum, count]) => [on, rounded(sum), count]),
        ]),
      ]),
  };
}

function lanesFromJson(json: z.output<typeof lanesJson>): LaneStatistics {
  const usual = new Map(json.usual.map(([key, bins]) => [key, LogHistogram.from(bins)]));
  const paces = new Map(GROUPS.map((name) => [name, new Map<string, SurvivalTable>()]));
  for (const [name, tables] of json.paces) {
    for (const [key, day, cells] of tables) {
      paces.get(name)?.set(key, new SurvivalTable(PACE_CLOCK, day, cells));
    }
  }
  const recent = new Map(
    GROUPS.map((name) => [name, new Map<string, { sums: DaySums; underWay: number }>()]),
  );
  for (const [name, groups] of json.recent) {
    for (const [key, underWay, days] of groups) {
      const sums = new DaySums();
      for (const [day, sum, count] of days) sums.add(day, sum, count);
      recent.get(name)?.set(key, { sums, underWay });
    }
  }
  return new LaneStatistics({
    day: json.day,
    usual: new UsualTimes(usual),
    paces: new Paces(paces),
    recent: new Recent(recent),
  });
}

const levels = z.array(z.tuple([z.string(), z.number().min(-5).max(5)]));

const calibrationJson = z.strictObject({
  day: whole.nullable(),
  shift: z.array(z.tuple([z.string(), whole, sparseCells(2 * SHARE_CLOCK.bins)])),
  window: levels,
  customer: levels,
  lean: z.strictObject({ atMedian: finite, atMean: finite, count: amount }),
  belief: z.strictObject({
    losses: z.array(amount).length(SHIFT_WEIGHTS.length).readonly(),
    count: amount,
  }),
});

function calibrationToJson(state: CalibrationState): z.input<typeof calibrationJson> {
  const { shift, window, customer, lean, belief, day } = state;
  return {
    day,
    shift: shift.entries().map(([key, table]) => [key, table.day, sparse(table.cells)]),
    window: window.entries().map(([key, level]) => [key, rounded(level)]),
    customer: customer.entries().map(([key, level]) => [key, rounded(level)]),
    lean: lean.state(),
    belief: belief.state(),
  };
}

function calibrationFromJson(json: z.output<typeof calibrationJson>): Calibrator {
  const tables = json.shift.map(
    ([key, day, cells]) => [key, new SurvivalTable(SHARE_CLOCK, day, cells)] as const,
  );
  return new Calibrator({
    shift: new LevelShift(new Map(tables)),
    window: new RateController(WINDOW_RATE, new Map(json.window)),
    customer: new RateController(CUSTOMER_RATE, new Map(json.customer)),
    lean: new PointLean(json.lean),
    belief: new ShiftWeight(json.belief),
    day: json.day,
  });
}

export interface Model {
  readonly card: ModelCard;
  readonly learner: Learner;
}

const FORMAT = 'waybill-edd-1';
const COLUMNS = columnsOf(FEATURES);
const COLUMNS_WITHOUT_WEATHER = columnsOf(FEATURES_WITHOUT_WEATHER);
const WORD_CHARS_MAX = 1_000;

const modelJson = z.strictObject({
  format: z.literal(FORMAT),
  card: modelCard,
  features: z.array(z.string()),
  words: z.record(z.string().regex(/^[a-z_]+$/), z.array(z.string().max(WORD_CHARS_MAX))),
  forests: z.array(z.unknown()),
  lanes: lanesJson,
  calibration: calibrationJson,
  /** Absent: the model does not use stops. */
  stage: stageJson.optional(),
});

export function modelToJson({ card, learner }: Model): unknown {
  const { statistics, calibrator, book, forests, stage } = learner.learned();
  const onTheWay = stageToJson(stage);
  const json: z.input<typeof modelJson> = {
    format: FORMAT,
    card,
    features: forests[0] === undefined ? COLUMNS_WITHOUT_WEATHER : columnsOf(forests[0].columns),
    words: book.words() as Record<string, string[]>,
    forests: forests.map(forestToJson),
    lanes: lanesToJson(statistics.state()),
    calibration: calibrationToJson(calibrator.state()),
    ...definedOnly({ stage: onTheWay }),
  };
  return json;
}

/**
 * Reads a stored model. Throws `ModelUnusable` with the first error: half a model predicts worse
 * than none.
 */
export function modelFromJson(value: unknown): Model {
  const read = modelJson.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue?.path.join('.') ?? '';
    throw new ModelUnusable(`${place === '' ? 'the model' : place}: ${issue?.message}`);
  }
  const { card, words, lanes, calibration, stage, features } = read.data;
  const expectedColumns = features.at(-1) === COLUMNS.at(-1) ? COLUMNS : COLUMNS_WITHOUT_WEATHER;
  const forests = forestsOf(read.data, expectedColumns, '');
  const learner = new Learner({
    statistics: lanesFromJson(lanes),
    calibrator: calibrationFromJson(calibration),
    book: new CodeBook(words),
    forests,
    ...(stage === undefined
      ? {}
      : { stage: stageFromJson(stage, forestsOf(stage, STAGE_COLUMNS, 'stage.')) }),
  });
  return { card, learner };
}

/**
 * Reads the forests: one for each share, over our columns; or none, for a model with too little
 * data.
 */
function forestsOf(
  json: { readonly features: readonly string[]; readonly forests: readonly unknown[] },
  expectedColumns: readonly string[],
  at: string,
): readonly Forest[] {
  const { features } = json;
  const index = Array.from({ length: Math.max(features.length, expectedColumns.length) }).findIndex(
    (_, place) => features[place] !== expectedColumns[place],
  );
  if (index >= 0) {
    throw new ModelUnusable(
      `${at}features.${index} is ${features[index] ?? 'missing'}; this version reads ${expectedColumns[index] ?? 'none there'}, so train it again`,
    );
  }
  const forests = json.forests.map(forestFromJson);
  if (forests.length === 0) return forests;
  if (forests.length !== CURVE_SHARES.length) {
    throw new ModelUnusable(
      `${at}forests: ${forests.length} of them; expected ${CURVE_SHARES.length}`,
    );
  }
  for (const [index, { quantile, columns }] of forests.entries()) {
    if (quantile !== CURVE_SHARES[index]) {
      throw new ModelUnusable(
        `${at}forests.${index}: its quantile is ${quantile}, not ${CURVE_SHARES[index]}`,
      );
    }
    if (columnsOf(columns).join() !== expectedColumns.join()) {
      throw new ModelUnusable(`${at}forests.${index}: its columns are not the model's features`);
    }
  }
  return forests;
}

function columnsOf(columns: readonly { readonly name: string; readonly kind: string }[]): string[] {
  return columns.map(({ name, kind }) => `${name} (${kind})`);
}
