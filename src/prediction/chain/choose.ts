import type { PredictionPolicy } from '../policy/policy.ts';
import { byRule } from './by-rule.ts';
import type { Draft } from './draft.ts';
import { fromCarrier } from './from-carrier.ts';
import { fromModel } from './from-model.ts';
import type { Candidate, Prediction, Reason, Situation, Source } from './prediction.ts';
import { type Today, todayOf } from './today.ts';

/**
 * The date to show: the model's if it is confident enough, else the carrier's while it has not
 * passed, else one by counting working days, else none. Never a day that is over at the
 * destination.
 */
export function choosePrediction(policy: PredictionPolicy, situation: Situation): Prediction {
  const today = todayOf(situation);
  const model = candidateOf(situation, 'model');
  const byModel = model && fromModel(policy, situation, today, model);
  const carrier = candidateOf(situation, 'carrier');
  const byCarrier = carrier && fromCarrier(policy, today, carrier);
  const passed = isReason(byCarrier) && byCarrier.code === 'carrier_passed' ? byCarrier : null;
  const missed = [...(passed ? [passed] : []), ...promisePassed(situation, today)];

  const finish = (source: Source, reasons: readonly Reason[], draft: Draft | null): Prediction => ({
    ...(draft === null ? NOTHING : shownOf(draft)),
    source,
    late: draft?.late === true || missed.length > 0,
    reasons: [...reasons, ...(draft?.reasons ?? []), ...missed, ...caveats(situation, draft)],
  });

  if (isDraft(byModel)) return finish('model', [{ code: 'model_chosen' }], byModel);
  const noModel: Reason = byModel ?? { code: 'model_absent' };
  if (isDraft(byCarrier))
    return finish('carrier', [noModel, { code: 'carrier_chosen' }], byCarrier);
  const noCarrier: readonly Reason[] = passed ? [] : [byCarrier ?? { code: 'carrier_absent' }];
  const rule = candidateOf(situation, 'rule');
  const counted = byRule(policy, situation, today, rule, passed?.date ?? null);
  if (counted !== null) return finish('rule', [noModel, ...noCarrier], counted);
  return finish('none', [noModel, ...noCarrier, { code: 'rule_absent' }], null);
}

const NOTHING = { date: null, from: null, to: null, confidence: 0 } as const;

function shownOf({ date, from, to, confidence }: Draft) {
  return { date, from, to, confidence };
}

function isReason<R extends Reason>(answer: Draft | R | null): answer is R {
  return answer !== null && 'code' in answer;
}

function isDraft(answer: Draft | Reason | null): answer is Draft {
  return answer !== null && !('code' in answer);
}

function promisePassed({ promised }: Situation, { passedBefore }: Today): Reason[] {
  if (promised === null || promised >= passedBefore) return [];
  return [{ code: 'promise_passed', date: promised }];
}

function caveats({ calendar, zone }: Situation, draft: Draft | null): Reason[] {
  if (draft === null) return [];
  return [
    ...(calendar.coverage === 'none' ? [{ code: 'holidays_unknown' } as const] : []),
    ...(zone === null ? [{ code: 'zone_unknown' } as const] : []),
  ];
}

function candidateOf<S extends Candidate['source']>(
  { candidates }: Situation,
  source: S,
): Extract<Candidate, { source: S }> | null {
  const isWanted = (one: Candidate): one is Extract<Candidate, { source: S }> =>
    one.source === source;
  return candidates.find(isWanted) ?? null;
}
