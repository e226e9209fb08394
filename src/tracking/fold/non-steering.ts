import type { ReadStatus } from '../../kernel/status.ts';
import { isStatus } from '../../kernel/status.ts';
import type { FactSource } from './fold-input.ts';
import { type Judged, stands, takeOut } from './judged.ts';

/**
 * The rules for facts of timers, which refer to another fact. They take no part in the rules about
 * the parcel; `fold.ts` applies them afterwards.
 */
const TIMER_RULE = {
  stalled: 'stalled',
  confirmation_timed_out: 'trust',
  expired: 'expired',
  not_found: 'not_found',
} as const;

/** Takes out facts without observations and facts of timers. */
export function markUnobservedAndTimers(facts: readonly Judged[]): void {
  for (const judged of facts) {
    const source = judged.fact.source;
    if (!stands(judged)) continue;
    if (judged.winning === null) takeOut(judged, 'does_not_steer', 'unobserved');
    else if (isTimer(source)) takeOut(judged, 'does_not_steer', TIMER_RULE[source]);
  }
}

function isTimer(source: FactSource): source is keyof typeof TIMER_RULE {
  return Object.hasOwn(TIMER_RULE, source);
}

/** Takes out facts read as `none`, which never steer, and readings outside the known statuses. */
export function markNone(facts: readonly Judged[]): void {
  for (const judged of facts) {
    if (stands(judged) && !steers(judged.fact.reading.status)) {
      takeOut(judged, 'does_not_steer', 'none');
    }
  }
}

/** Takes out summaries when the instance has an event, because an event says more. */
export function markSummaries(facts: readonly Judged[]): void {
  const event = facts.findLast((judged) => stands(judged) && !judged.fact.summary);
  if (event === undefined) return;
  for (const judged of facts) {
    if (stands(judged) && judged.fact.summary) {
      takeOut(judged, 'does_not_steer', 'summary', event);
    }
  }
}

function steers(status: ReadStatus): boolean {
  return isStatus(status);
}
