import { describe, expect, it } from 'vitest';
import { verdictOf } from './duel.ts';
import type { Score, StageScore } from './score-dates.ts';

const TERMS = {
  hold_out_days: 14,
  parcels_min: 100,
  coverage: { from: 0.74, to: 0.95 },
  coverage_tolerance: 0.03,
};

function score(
  pinball: number,
  coverage80: number,
  n = 500,
  stages: readonly StageScore[] = [],
): Score {
  const rest = { width80Days: 4, maeDays: 1, biasDays: 0, lateShare: 0.4, stages };
  return { n, pinball, coverage80, ...rest };
}

describe('a duel', () => {
  it.each<[string, Score, Score | null, string, RegExp]>([
    [
      'is won by a lower loss',
      score(0.1, 0.8),
      score(0.11, 0.8),
      'won',
      /^lower loss .+ 500 parcels/,
    ],
    ['is lost by an equal one', score(0.1, 0.8), score(0.1, 0.8), 'lost', /loss is not lower/],
    [
      'is lost by one that is not a number',
      score(Number.NaN, 0.8),
      score(1, 0.8),
      'lost',
      /loss is not/,
    ],
    [
      'is lost by windows further from 80 % than may be',
      score(0.09, 0.75),
      score(0.1, 0.8),
      'lost',
      /^its windows contain a share further from 80 % \(/,
    ],
    ['bears windows a little further', score(0.09, 0.775), score(0.1, 0.8), 'won', /./],
    [
      'is lost by windows that hold too few, though the champion’s are hardly better',
      score(0.09, 0.72),
      score(0.1, 0.73),
      'lost',
      /not from 74\.0 % to 95\.0 %/,
    ],
    ['is won against windows that are worse still', score(0.09, 0.72), score(0.1, 0.7), 'won', /./],
    [
      'says all that speaks against it',
      score(0.2, 0.5),
      score(0.1, 0.8),
      'lost',
      /loss is not lower; .+ further from 80 %; .+ not from 74\.0 %/,
    ],
    [
      'of too few parcels decides nothing',
      score(0, 0.8, 99),
      null,
      'too_few',
      /only 99 .+; 100 are/,
    ],
    ['without a champion is won by being there', score(9, 0.8), null, 'first', /no other model/],
    [
      'bears a first model’s windows that are no further than by chance',
      score(9, 0.71),
      null,
      'first',
      /./,
    ],
    [
      'does not mind a first model’s windows of a day that hold nearly all',
      score(9, 1),
      null,
      'first',
      /./,
    ],
    [
      'is lost without a champion by windows that hold clearly too few',
      score(9, 0.69),
      null,
      'lost',
      /^its windows contain fewer than 74\.0 % \(loss 9.+ coverage 69\.0 % on 500/,
    ],
    [
      'is lost without a champion by a loss that is not a number',
      score(Number.NaN, 0.8),
      null,
      'lost',
      /not a number/,
    ],
  ])('%s', (_, challenger, champion, outcome, why) => {
    const verdict = verdictOf(challenger, champion, TERMS);
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.why).toMatch(why);
  });
});

describe('a duel where stops are reported', () => {
  const stage = (status: string, pinball: number, coverage80 = 0.8, n = 300): StageScore => ({
    status,
    n,
    pinball,
    coverage80,
  });
  const both = (hub: StageScore, vehicle: StageScore) => [hub, vehicle];
  const champion = score(0.1, 0.8, 500, both(stage('at_facility', 0.3), stage('vehicle', 0.2)));

  it.each<[string, number, readonly StageScore[], string, RegExp]>([
    [
      'is won by what is better on the way, if hardly worse at acceptance',
      0.1005,
      both(stage('at_facility', 0.28), stage('vehicle', 0.2)),
      'won',
      /^lower loss .+ at_facility loss 0\.2800, coverage 80\.0 %/,
    ],
    [
      'is lost by what is no better at either',
      0.1,
      both(stage('at_facility', 0.3), stage('vehicle', 0.2)),
      'lost',
      /loss is not lower/,
    ],
    [
      'is lost by what is worse at acceptance',
      0.102,
      both(stage('at_facility', 0.2), stage('vehicle', 0.1)),
      'lost',
      /^its pinball loss is not lower \(/,
    ],
    [
      'is lost by what is worse at one status',
      0.09,
      both(stage('at_facility', 0.25), stage('vehicle', 0.21)),
      'lost',
      /^its pinball loss is higher on the way \(vehicle\) \(/,
    ],
    [
      'is lost by windows that are worse at one status',
      0.09,
      both(stage('at_facility', 0.28, 0.72), stage('vehicle', 0.2)),
      'lost',
      /^its windows contain a share further from 80 % on the way \(at_facility\) \(/,
    ],
    [
      'bears such windows where the loss is lower by far',
      0.09,
      both(stage('at_facility', 0.25, 0.72), stage('vehicle', 0.2)),
      'won',
      /./,
    ],
    [
      'does not listen to a status of few moments',
      0.09,
      both(stage('at_facility', 0.25), stage('vehicle', 0.3, 0.5, 20)),
      'won',
      /./,
    ],
    [
      'is lost by a loss that is not a number',
      0.09,
      both(stage('at_facility', Number.NaN), stage('vehicle', 0.2)),
      'lost',
      /not lower; its pinball loss is higher on the way \(at_facility\)/,
    ],
  ])('%s', (_, pinball, stages, outcome, why) => {
    const verdict = verdictOf(score(pinball, 0.8, 500, stages), champion, TERMS);
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.why).toMatch(why);
  });

  it('is won by a lower loss alone if only one of the two was given stops', () => {
    const verdict = verdictOf(score(0.09, 0.8, 500, champion.stages), score(0.1, 0.8), TERMS);
    expect(verdict.outcome).toBe('won');
  });
});
