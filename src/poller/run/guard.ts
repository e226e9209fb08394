import type { CallReport, Debit, SessionBreaker } from '../../adapters/index.ts';
import type { Clock, RandomBytes } from '../../platform/clock.ts';
import { answered, type BreakerState, failed, permit, unused } from '../accounts/breaker.ts';

/** The checks that a session makes before each call it sends for a run. */
export interface CallGuard {
  /** Books the call, and resolves when the account's turn has come. */
  debit(): Promise<Debit>;
  readonly breaker: SessionBreaker;
}

export interface BreakerCell {
  state: BreakerState;
}

/** A breaker for one piece of work, which remembers how its calls went. */
interface RunBreaker extends SessionBreaker {
  /**
   * Whether a call failed after earlier failures without an answer in between, so that not one
   * number is at fault.
   */
  isCarrierOut(): boolean;
}

/** Wraps the account's breaker for a session, over a state that the run reads and stores. */
export function guardBreaker(
  cell: BreakerCell,
  { clock, randomBytes }: { readonly clock: Clock; readonly randomBytes: RandomBytes },
  signal: AbortSignal,
): RunBreaker {
  let isCarrierOut = false;
  return {
    isCarrierOut: () => isCarrierOut,
    allows() {
      if (signal.aborted) return { ok: false, reason: 'stopping', retryAfterS: null };
      const nowMs = clock.nowMs();
      const { allowed, retryAtMs, state } = permit(cell.state, nowMs);
      cell.state = state;
      if (allowed) return { ok: true };
      const retryAfterS = retryAtMs === null ? null : Math.ceil((retryAtMs - nowMs) / 1_000);
      return { ok: false, reason: 'breaker_open', retryAfterS };
    },
    report(outcome) {
      const nowMs = clock.nowMs();
      if (outcome.kind === 'unsent') cell.state = unused(cell.state, nowMs);
      else if (isOutage(outcome)) {
        cell.state = failed(cell.state, nowMs, (randomBytes(1)[0] ?? 0) / 256);
        isCarrierOut ||= cell.state.phase !== 'closed' || cell.state.failures > 1;
      } else cell.state = answered(cell.state, nowMs);
    },
  };
}

/** Whether the carrier's systems failed; a refusal comes from a healthy carrier. */
function isOutage(outcome: CallReport): boolean {
  return outcome.kind === 'failed' || (outcome.kind === 'http' && outcome.status >= 500);
}
