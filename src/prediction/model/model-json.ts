import { z } from 'zod';
import { definedOnly } from '../../kernel/defined-only.ts';
import { CURVE_SHARES } from '../calibration/curve.ts';
import { CodeBook } from '../features/code-book.ts';
import { FEATURES, FEATURES_WITHOUT_WEATHER } from '../features/feature-columns.ts';
import { type Forest, forestFromJson, forestToJson, ModelUnusable } from '../gbdt/index.ts';
import { calibrationFromJson, calibrationJson, calibrationToJson } from './calibration-json.ts';
import { lanesFromJson, lanesJson, lanesToJson } from './lanes-json.ts';
import { Learner } from './learner.ts';
import { type ModelCard, modelCard } from './model-card.ts';
import { STAGE_COLUMNS, stageFromJson, stageJson, stageToJson } from './stage-json.ts';

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
  const wanted = features.at(-1) === COLUMNS.at(-1) ? COLUMNS : COLUMNS_WITHOUT_WEATHER;
  const forests = forestsOf(read.data, wanted, '');
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
  wanted: readonly string[],
  at: string,
): readonly Forest[] {
  const { features } = json;
  const nr = Array.from({ length: Math.max(features.length, wanted.length) }).findIndex(
    (_, place) => features[place] !== wanted[place],
  );
  if (nr >= 0) {
    throw new ModelUnusable(
      `${at}features.${nr} is ${features[nr] ?? 'missing'}; this version reads ${wanted[nr] ?? 'none there'}, so train it again`,
    );
  }
  const forests = json.forests.map(forestFromJson);
  if (forests.length === 0) return forests;
  if (forests.length !== CURVE_SHARES.length) {
    throw new ModelUnusable(
      `${at}forests: ${forests.length} of them; expected ${CURVE_SHARES.length}`,
    );
  }
  for (const [nr, { quantile, columns }] of forests.entries()) {
    if (quantile !== CURVE_SHARES[nr]) {
      throw new ModelUnusable(
        `${at}forests.${nr}: its quantile is ${quantile}, not ${CURVE_SHARES[nr]}`,
      );
    }
    if (columnsOf(columns).join() !== wanted.join()) {
      throw new ModelUnusable(`${at}forests.${nr}: its columns are not the model's features`);
    }
  }
  return forests;
}

function columnsOf(columns: readonly { readonly name: string; readonly kind: string }[]): string[] {
  return columns.map(({ name, kind }) => `${name} (${kind})`);
}
