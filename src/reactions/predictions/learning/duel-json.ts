import type { Score } from '../../../prediction/index.ts';
import type { ModelDuel, ModelScore } from '../models/model-list.ts';
import type { DuelFigures } from './learn-task.ts';

/** As the row keeps it: losses to the fifth digit, days to the hundredth, shares to the thousandth. */
export function duelJson(duel: DuelFigures): ModelDuel {
  return {
    judged_from: new Date(duel.judgedFromMs).toISOString(),
    judged_to: new Date(duel.judgedToMs).toISOString(),
    challenger: scoreJson(duel.challenger),
    champion: duel.champion && scoreJson(duel.champion),
  };
}

function scoreJson(score: Score): ModelScore {
  return {
    n: score.n,
    pinball: rounded(score.pinball, 1e5),
    coverage_80: rounded(score.coverage80, 1e3),
    width_80_days: rounded(score.width80Days, 1e2),
    mae_days: rounded(score.maeDays, 1e2),
    bias_days: rounded(score.biasDays, 1e2),
    late_share: rounded(score.lateShare, 1e3),
    stages: score.stages.map(({ status, n, pinball, coverage80 }) => ({
      status,
      n,
      pinball: rounded(pinball, 1e5),
      coverage_80: rounded(coverage80, 1e3),
    })),
  };
}

/** Null of what is no number. */
function rounded(value: number, by: number): number | null {
  return Number.isFinite(value) ? Math.round(value * by) / by : null;
}
