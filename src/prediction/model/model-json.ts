import { z } from 'zod';
import { CURVE_SHARES } from '../calibration/curve.ts';
import { CodeBook } from '../features/code-book.ts';
import { FEATURES } from '../features/feature-columns.ts';
import { type Forest, forestFromJson, forestToJson, ModelUnusable } from '../gbdt/index.ts';
import { calibrationFromJson, calibrationJson, calibrationToJson } from './calibration-json.ts';
import { lanesFromJson, lanesJson, lanesToJson } from './lanes-json.ts';
import { Learner } from './learner.ts';
import { type ModelCard, modelCard } from './model-card.ts';

export interface Model {
  readonly card: ModelCard;
  readonly learner: Learner;
}

const FORMAT = 'waybill-edd-1';
const COLUMNS = FEATURES.map(({ name, kind }) => `${name} (${kind})`);
const WORD_CHARS_MAX = 1_000;

const modelJson = z.strictObject({
  format: z.literal(FORMAT),
  card: modelCard,
  features: z.array(z.string()),
  words: z.record(z.string().regex(/^[a-z_]+$/), z.array(z.string().max(WORD_CHARS_MAX))),
  forests: z.array(z.unknown()),
  lanes: lanesJson,
  calibration: calibrationJson,
});

export function modelToJson({ card, learner }: Model): unknown {
  const { statistics, calibrator, book, forests } = learner.learned();
  const json: z.input<typeof modelJson> = {
    format: FORMAT,
    card,
    features: COLUMNS,
    words: book.words() as Record<string, string[]>,
    forests: forests.map(forestToJson),
    lanes: lanesToJson(statistics.state()),
    calibration: calibrationToJson(calibrator.state()),
  };
  return json;
}

/** Throws `ModelUnusable` with what is wrong: half a model predicts worse than none. */
export function modelFromJson(value: unknown): Model {
  const read = modelJson.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue?.path.join('.') ?? '';
    throw new ModelUnusable(`${place === '' ? 'the model' : place}: ${issue?.message}`);
  }
  const { card, features, words, lanes, calibration } = read.data;
  const odd = features.findIndex((name, nr) => name !== COLUMNS[nr]);
  if (odd >= 0 || features.length !== COLUMNS.length) {
    const at = odd >= 0 ? odd : Math.min(features.length, COLUMNS.length);
    throw new ModelUnusable(
      `features.${at} is ${features[at] ?? 'missing'}; this version reads ${COLUMNS[at] ?? 'none there'}, so train anew`,
    );
  }
  const forests = forestsOf(read.data.forests);
  const learner = new Learner({
    statistics: lanesFromJson(lanes),
    calibrator: calibrationFromJson(calibration),
    book: new CodeBook(words),
    forests,
  });
  return { card, learner };
}

/** One for each share, over our columns; or none, of a model that had too little to learn from. */
function forestsOf(json: readonly unknown[]): readonly Forest[] {
  const forests = json.map(forestFromJson);
  if (forests.length === 0) return forests;
  if (forests.length !== CURVE_SHARES.length) {
    throw new ModelUnusable(`forests: ${forests.length} of them; expected ${CURVE_SHARES.length}`);
  }
  for (const [nr, { quantile, columns }] of forests.entries()) {
    if (quantile !== CURVE_SHARES[nr]) {
      throw new ModelUnusable(
        `forests.${nr}: its quantile is ${quantile}, not ${CURVE_SHARES[nr]}`,
      );
    }
    const names = columns.map(({ name, kind }) => `${name} (${kind})`);
    if (names.join() !== COLUMNS.join()) {
      throw new ModelUnusable(`forests.${nr}: its columns are not the model's features`);
    }
  }
  return forests;
}
