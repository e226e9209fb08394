import { type Pause, WITHOUT_REST } from '../gbdt/index.ts';
import { longestUsualDays } from '../model/learner.ts';
import type { Model } from '../model/model-json.ts';
import { isCompleted, type Parcel, transitDays } from '../sample/parcel.ts';
import { backtest, type Span, spanOf } from './backtest.ts';
import type { TrainedTrees } from './growth.ts';
import { type Score, scoreDates } from './score-dates.ts';
import { cardOf } from './train-model.ts';

export interface Duel extends Verdict {
  /** Judges acceptances from then until `judgedToMs`: no tree of the challenger has seen them. */
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
export function treesOf({ card, learner }: Model): TrainedTrees {
  const { forests, book, stage } = learner.learned();
  const onTheWay = stage.learned();
  return {
    forests,
    words: book.words(),
    onTheWay: { forests: onTheWay.forests, words: onTheWay.book.words() },
    treesTrainedAtMs: card.trees_at === null ? Number.NEGATIVE_INFINITY : Date.parse(card.trees_at),
  };
}

/**
 * The last weeks of which nearly all parcels have arrived, counted from the last acceptance. With
 * few parcels, as many more weeks as contain enough of them, but half of the time at most: trees
 * are trained on the rest.
 */
function judgedWeeks(
  parcels: readonly Parcel[],
  { firstMs, lastAcceptanceMs }: Span,
  { hold_out_days, parcels_min }: DuelTerms,
): readonly [fromMs: number, toMs: number] {
  const completed = parcels.filter(isCompleted);
  const toMs = lastAcceptanceMs - longestUsualDays(completed.map(transitDays)) * DAY_MS;
  const newestFirst = completed
    .map(({ handedOverAt }) => handedOverAt.instantMs)
    .filter((ms) => ms < toMs)
    .sort((a, b) => b - a);
  const enoughMs = newestFirst[parcels_min - 1] ?? Number.NEGATIVE_INFINITY;
  const halfMs = (firstMs + toMs) / 2;
  return [Math.min(toMs - hold_out_days * DAY_MS, Math.max(enoughMs, halfMs)), toMs];
}

/** What a challenger must do to win; shares are from 0 to 1. */
interface DuelTerms {
  /**
   * Both are judged on at least this many days, counted back from the last that have nearly all
   * arrived.
   */
  readonly hold_out_days: number;
  /** With fewer judged parcels, nothing is decided. */
  readonly parcels_min: number;
  /** The share of deliveries that windows of 80 % must contain. */
  readonly coverage: { readonly from: number; readonly to: number };
  /** How much farther from 80 % the challenger's coverage may be than the champion's. */
  readonly coverage_tolerance: number;
}

interface Verdict {
  /** `first`: there was no champion, and its windows contain enough. */
  readonly outcome: 'first' | 'won' | 'lost' | 'too_few';
  /** A sentence with the figures. */
  readonly why: string;
}

const COVERAGE_TARGET = 0.8;
/** Of two equal models, one is slightly worse here and there by chance. */
const STAGE_WORSE_MAX = 1.02;
/** Statuses described in the sentence; the others are in the figures. */
const STAGES_LISTED_MAX = 3;
/** New trees do not know their errors yet; they learn them each night. */
const CLEARLY_BETTER = 0.9;
const ACCEPTANCE_WORSE_MAX = 1.01;
/** A share this many standard errors below the target is not there by chance. */
const CHANCE_SIGMAS = 2;

/** Whether the challenger may replace the champion (null: none). */
export function verdictOf(challenger: Score, champion: Score | null, terms: DuelTerms): Verdict {
  const { n } = challenger;
  if (n < terms.parcels_min) {
    return {
      outcome: 'too_few',
      why: `only ${n} parcels of the judged weeks have been delivered; ${terms.parcels_min} are needed`,
    };
  }
  if (champion === null) return verdictOfFirst(challenger, terms);
  const bothFigures = `${figuresText(challenger)}, against ${figuresText(champion)}`;
  const reasonsAgainst = reasonsToLose(challenger, champion, terms);
  if (reasonsAgainst.length > 0)
    return { outcome: 'lost', why: `${reasonsAgainst.join('; ')} (${bothFigures})` };
  return { outcome: 'won', why: `lower loss and coverage as wanted (${bothFigures})` };
}

/**
 * A carrier's date claims no window, so a first model whose windows contain clearly too few is
 * worse than none. Too many does no harm: windows of whole days cannot be narrower than a day.
 */
function verdictOfFirst(challenger: Score, { coverage }: DuelTerms): Verdict {
  const { n, pinball, coverage80 } = challenger;
  const byChance = CHANCE_SIGMAS * Math.sqrt((coverage.from * (1 - coverage.from)) / n);
  if (!Number.isFinite(pinball)) {
    return {
      outcome: 'lost',
      why: `its pinball loss is not a number (${figuresText(challenger)})`,
    };
  }
  if (!(coverage80 >= coverage.from - byChance)) {
    const why = `its windows contain fewer than ${percent(coverage.from)} (${figuresText(challenger)})`;
    return { outcome: 'lost', why };
  }
  return {
    outcome: 'first',
    why: `no other model to win against; ${figuresText(challenger)}`,
  };
}

function reasonsToLose(challenger: Score, champion: Score, terms: DuelTerms): string[] {
  const { coverage, coverage_tolerance } = terms;
  const [ours, theirs] = [challenger.coverage80, champion.coverage80].map(distanceFromTarget);
  const found: string[] = [];
  // Written so that a NaN loss never wins.
  if (!(lossAgainst(challenger, champion) < 1)) found.push('its pinball loss is not lower');
  if (!((ours ?? 1) <= (theirs ?? 0) + coverage_tolerance)) {
    found.push('its windows contain a share further from 80 %');
  }
  const isOutside = challenger.coverage80 < coverage.from || challenger.coverage80 > coverage.to;
  // If both are outside, the nearer one is still better.
  if (isOutside && (ours ?? 1) >= (theirs ?? 0)) {
    found.push(
      `its windows contain a share that is not from ${percent(coverage.from)} to ${percent(coverage.to)}`,
    );
  }
  for (const { ours: our, theirs: their } of stagesOfBoth(challenger, champion)) {
    if (our.n < terms.parcels_min) continue;
    if (!(our.pinball < their.pinball * STAGE_WORSE_MAX)) {
      found.push(`its pinball loss is higher on the way (${our.status})`);
    }
    const isFurther = !(
      distanceFromTarget(our.coverage80) <=
      distanceFromTarget(their.coverage80) + coverage_tolerance
    );
    if (isFurther && !(our.pinball < their.pinball * CLEARLY_BETTER)) {
      found.push(`its windows contain a share further from 80 % on the way (${our.status})`);
    }
  }
  return found;
}

/**
 * The ratio of the challenger's loss to the champion's: at acceptance and, if scans are
 * reported, in transit, with equal weight. A model that wins in transit may not lose much at acceptance.
 */
function lossAgainst(challenger: Score, champion: Score): number {
  const atAcceptance = challenger.pinball / champion.pinball;
  const stages = stagesOfBoth(challenger, champion);
  if (stages.length === 0) return atAcceptance;
  if (!(atAcceptance < ACCEPTANCE_WORSE_MAX)) return atAcceptance;
  const sum = (side: 'ours' | 'theirs') =>
    stages.reduce((loss, { [side]: { n, pinball } }) => loss + n * pinball, 0);
  return Math.sqrt(atAcceptance * (sum('ours') / sum('theirs')));
}

/** The scores of both models at each status: both were given the same moments. */
function stagesOfBoth(challenger: Score, champion: Score) {
  return challenger.stages.flatMap((ours) => {
    const theirs = champion.stages.find(({ status }) => status === ours.status);
    return theirs === undefined ? [] : [{ ours, theirs }];
  });
}

function distanceFromTarget(coverage: number): number {
  return Math.abs(coverage - COVERAGE_TARGET);
}

function figuresText({ n, pinball, coverage80, stages }: Score): string {
  const inWords = (loss: number, share: number) =>
    `loss ${loss.toFixed(4)}, coverage ${percent(share)}`;
  const onTheWay = stages
    .slice(0, STAGES_LISTED_MAX)
    .map((stage) => `, ${stage.status} ${inWords(stage.pinball, stage.coverage80)}`);
  return `${inWords(pinball, coverage80)} on ${n} parcels${onTheWay.join('')}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
