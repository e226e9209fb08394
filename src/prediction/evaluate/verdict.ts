import type { Score } from './score-dates.ts';

/** What a challenger must do to win; the shares are from 0 to 1. */
export interface DuelTerms {
  /** Both are judged on so much at least, counted back from the last that have nearly all arrived. */
  readonly hold_out_days: number;
  /** Fewer judged parcels decide nothing. */
  readonly parcels_min: number;
  /** Part of the parcels that a window of 80 % must hold. */
  readonly coverage: { readonly from: number; readonly to: number };
  /** By so much the challenger's coverage may be further from 80 % than the champion's. */
  readonly coverage_tolerance: number;
}

export interface Verdict {
  /** `first`: there was nothing to win against, and its windows hold enough. */
  readonly outcome: 'first' | 'won' | 'lost' | 'too_few';
  /** In words, with the figures. */
  readonly why: string;
}

const WANTED = 0.8;
/** Of two models alike one is a little worse here and there by chance. */
const STAGE_WORSE_MAX = 1.02;
/** Statuses described in words; the others are in the figures. */
const STAGES_LISTED_MAX = 3;
/** New trees do not know yet by how much they err; each night they learn it. */
const CLEARLY_BETTER = 0.9;
const HAND_OVER_WORSE_MAX = 1.01;
/** So many standard errors below what is wanted, a share is not there by chance. */
const CHANCE_SIGMAS = 2;

/** Whether the challenger may take the champion's place (null: there is none). */
export function verdictOf(challenger: Score, champion: Score | null, terms: DuelTerms): Verdict {
  const { n } = challenger;
  if (n < terms.parcels_min) {
    return {
      outcome: 'too_few',
      why: `only ${n} parcels of the judged weeks have been delivered; ${terms.parcels_min} are needed`,
    };
  }
  if (champion === null) return verdictOfFirst(challenger, terms);
  const both = `${said(challenger)}, against ${said(champion)}`;
  const against = objections(challenger, champion, terms);
  if (against.length > 0) return { outcome: 'lost', why: `${against.join('; ')} (${both})` };
  return { outcome: 'won', why: `lower loss and coverage as wanted (${both})` };
}

/**
 * A carrier's date claims no window, so a first model whose windows hold clearly too few is worse than
 * none. That they hold too many is no harm: windows of whole days cannot be narrower than a day.
 */
function verdictOfFirst(challenger: Score, { coverage }: DuelTerms): Verdict {
  const { n, pinball, coverage80 } = challenger;
  const byChance = CHANCE_SIGMAS * Math.sqrt((coverage.from * (1 - coverage.from)) / n);
  if (!Number.isFinite(pinball)) {
    return { outcome: 'lost', why: `its pinball loss is not a number (${said(challenger)})` };
  }
  if (!(coverage80 >= coverage.from - byChance)) {
    const why = `its windows contain fewer than ${percent(coverage.from)} (${said(challenger)})`;
    return { outcome: 'lost', why };
  }
  return { outcome: 'first', why: `no other model to win against; ${said(challenger)}` };
}

function objections(challenger: Score, champion: Score, terms: DuelTerms): string[] {
  const { coverage, coverage_tolerance } = terms;
  const [ours, theirs] = [challenger.coverage80, champion.coverage80].map(offWanted);
  const found: string[] = [];
  // Written so that a loss that is no number never wins.
  if (!(lossAgainst(challenger, champion) < 1)) found.push('its pinball loss is not lower');
  if (!((ours ?? 1) <= (theirs ?? 0) + coverage_tolerance)) {
    found.push('its windows contain a share further from 80 %');
  }
  const isOutside = challenger.coverage80 < coverage.from || challenger.coverage80 > coverage.to;
  // Where both are outside, the nearer one is still the better one.
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
      offWanted(our.coverage80) <=
      offWanted(their.coverage80) + coverage_tolerance
    );
    if (isFurther && !(our.pinball < their.pinball * CLEARLY_BETTER)) {
      found.push(`its windows contain a share further from 80 % on the way (${our.status})`);
    }
  }
  return found;
}

/**
 * The challenger's loss for each of the champion's: at the hand-over and, where stops are reported,
 * on the way, the one as much as the other. What wins on the way may not lose much at the hand-over.
 */
function lossAgainst(challenger: Score, champion: Score): number {
  const atHandOver = challenger.pinball / champion.pinball;
  const stages = stagesOfBoth(challenger, champion);
  if (stages.length === 0) return atHandOver;
  if (!(atHandOver < HAND_OVER_WORSE_MAX)) return atHandOver;
  const sum = (side: 'ours' | 'theirs') =>
    stages.reduce((loss, { [side]: { n, pinball } }) => loss + n * pinball, 0);
  return Math.sqrt(atHandOver * (sum('ours') / sum('theirs')));
}

/** Both were given the same moments. */
function stagesOfBoth(challenger: Score, champion: Score) {
  return challenger.stages.flatMap((ours) => {
    const theirs = champion.stages.find(({ status }) => status === ours.status);
    return theirs === undefined ? [] : [{ ours, theirs }];
  });
}

function offWanted(coverage: number): number {
  return Math.abs(coverage - WANTED);
}

function said({ n, pinball, coverage80, stages }: Score): string {
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
