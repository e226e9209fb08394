import { isTerminal } from '../../kernel/status.ts';
import { type Judged, takeOut } from './judged.ts';
import type { Shown } from './status.ts';

/**
 * A `stalled` fact says "nothing was received since the steering fact". It holds while that fact
 * still steers and is certainly earlier: any newer report, even a late one, ends it. It never
 * replaces an exception, which says more, nor a return, nor an end.
 */
export function applyStalled(facts: readonly Judged[], base: Shown): Shown {
  let stalled: Judged | null = null;
  for (const judged of facts) {
    if (judged.rule !== 'stalled') continue;
    takeOut(judged, 'superseded', 'stalled', base.steering);
    if (speaksOf(judged, base)) stalled = judged;
  }
  if (stalled === null || !canStall(base)) return base;
  if (base.steering !== null) base.steering.verdict = 'standing';
  takeOut(stalled, 'steering', 'stalled');
  return {
    status: 'exception',
    reason: stalled.fact.reading.reason ?? 'stalled',
    steering: stalled,
    latch: base.latch,
  };
}

/** Polling has ended: true while an `expired` fact refers to the steering fact, stalled or not. */
export function isExpired(facts: readonly Judged[], base: Shown, shown: Shown): boolean {
  return facts.some(
    (judged) =>
      judged.rule === 'expired' &&
      (judged.fact.about === identityOf(base) || judged.fact.about === identityOf(shown)),
  );
}

function speaksOf(stalled: Judged, base: Shown): boolean {
  return (
    stalled.fact.about === identityOf(base) &&
    (base.steering === null || stalled.lo > base.steering.hi)
  );
}

function canStall(base: Shown): boolean {
  return base.latch === null && base.status !== 'exception' && !isTerminal(base.status);
}

function identityOf(shown: Shown): string | null {
  return shown.steering === null ? null : shown.steering.fact.identity;
}
