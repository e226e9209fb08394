import { type Pause, WITHOUT_REST } from '../gbdt/index.ts';
import { longestUsualDays } from '../model/longest-usual.ts';
import type { Model } from '../model/model-json.ts';
import { isCompleted, type Parcel, transitDays } from '../sample/parcel.ts';
import { backtest } from './backtest.ts';
import { cardOf } from './card-of.ts';
import type { GrownTrees } from './growth.ts';
import { type Score, scoreDates } from './score-dates.ts';
import { type Span, spanOf } from './span.ts';
import { type DuelTerms, type Verdict, verdictOf } from './verdict.ts';

export interface Duel extends Verdict {
  /** Judges hand-overs from then until `judgedToMs`: no tree of the challenger has seen them. */
  readonly judgedFromMs: number;
  readonly judgedToMs: number;
  readonly challenger: Score;
  /** Null: there was none. */
  readonly champion: Score | null;
  /** The challenger as it was examined, with statistics and calibration from all parcels. */
  readonly model: Model;
}

const DAY_MS = 86_400_000;

/**
 * Compares a new model with the active one on the latest weeks. The challenger's trees are trained
 * on what had been delivered when those weeks began, the champion's do not change; both replay the
 * same parcels and learn statistics and calibration on the way, so that trees are compared with
 * trees. Weeks of which only the quick parcels have arrived are not judged: they would favour
 * optimistic models. Pure: the same parcels and seed give the same model to the byte.
 *
 * @param champion null: none, or unusable.
 */
export function duel(
  parcels: readonly Parcel[],
  champion: Model | null,
  terms: DuelTerms,
  seed: number,
  pause: Pause = WITHOUT_REST,
): Duel {
  const span = spanOf(parcels);
  const [judgedFromMs, judgedToMs] = judgedWeeks(parcels, span, terms);
  const isJudged = ({ handedOverAt }: Parcel) =>
    handedOverAt.instantMs >= judgedFromMs && handedOverAt.instantMs < judgedToMs;
  const ours = backtest(parcels, { fromMs: judgedFromMs, seed, pause, trees: 'once' });
  ours.learner.settle(span.lastMs + DAY_MS);
  const judged = ours.predicted.filter(({ parcel }) => isJudged(parcel));
  const challenger = scoreDates(judged, isJudged);
  const theirs =
    champion &&
    scoreDates(
      backtest(parcels, { fromMs: judgedFromMs, seed, pause, trees: treesOf(champion) }).predicted,
      isJudged,
    );
  const made = { learner: ours.learner, predicted: judged, treesAtMs: judgedFromMs, seed };
  return {
    ...verdictOf(challenger, theirs, terms),
    judgedFromMs,
    judgedToMs,
    challenger,
    champion: theirs,
    model: { learner: ours.learner, card: cardOf(parcels, made) },
  };
}

/** A model's trees, for a replay. */
export function treesOf({ card, learner }: Model): GrownTrees {
  const { forests, book, stage } = learner.learned();
  const onTheWay = stage.learned();
  return {
    forests,
    words: book.words(),
    onTheWay: { forests: onTheWay.forests, words: onTheWay.book.words() },
    grownAtMs: card.trees_at === null ? Number.NEGATIVE_INFINITY : Date.parse(card.trees_at),
  };
}

/**
 * The last weeks of which nearly all parcels have arrived, counted from the last hand-over. With
 * few parcels, as many more weeks as contain enough of them, but half of the time at most: trees
 * are trained on the rest.
 */
function judgedWeeks(
  parcels: readonly Parcel[],
  { firstMs, lastHandOverMs }: Span,
  { hold_out_days, parcels_min }: DuelTerms,
): readonly [fromMs: number, toMs: number] {
  const completed = parcels.filter(isCompleted);
  const toMs = lastHandOverMs - longestUsualDays(completed.map(transitDays)) * DAY_MS;
  const newestFirst = completed
    .map(({ handedOverAt }) => handedOverAt.instantMs)
    .filter((ms) => ms < toMs)
    .sort((a, b) => b - a);
  const enoughMs = newestFirst[parcels_min - 1] ?? Number.NEGATIVE_INFINITY;
  const halfMs = (firstMs + toMs) / 2;
  return [Math.min(toMs - hold_out_days * DAY_MS, Math.max(enoughMs, halfMs)), toMs];
}
