import type { ErrorText } from '../kernel/errors.ts';
import type { EgressOutcome } from '../platform/net/egress.ts';
import { judge } from '../reactions/merchant-webhooks/index.ts';

/** A call that a shop did not answer as expected. It never contains a secret. */
export class ShopFailure extends Error {
  override readonly name = 'ShopFailure';
  /**
   * `credentials`: they are refused. `limited`: the shop asks us to wait. `unavailable`: trying
   * again may help. `refused`: the shop refuses this request, and will again.
   */
  readonly kind: 'credentials' | 'limited' | 'unavailable' | 'refused';
  readonly reason: ErrorText;
  readonly status: number | null;
  /** How long the shop asks us to wait, in ms; null: it does not say. */
  readonly pauseMs: number | null;

  constructor(
    kind: ShopFailure['kind'],
    reason: ErrorText,
    { status = null, pauseMs = null }: { status?: number | null; pauseMs?: number | null } = {},
  ) {
    super(`${kind}: ${JSON.stringify(reason)}`);
    this.kind = kind;
    this.reason = reason;
    this.status = status;
    this.pauseMs = pauseMs;
  }
}

/** Wait after 429 without `Retry-After`. */
const LIMITED_MS = 10_000;

/** Returns the failure of a request; null: it succeeded. Pure. */
export function failureOf(outcome: EgressOutcome, nowMs: number): ShopFailure | null {
  const { kind, status, reason, pauseMs } = judge(outcome, nowMs);
  if (kind === 'delivered' || reason === null) return null;
  if (status === 401 || status === 403) return new ShopFailure('credentials', reason, { status });
  if (status === 429) {
    return new ShopFailure('limited', reason, { status, pauseMs: pauseMs ?? LIMITED_MS });
  }
  const isOurs = status !== null && status >= 400 && status < 500 && status !== 408;
  return new ShopFailure(isOurs ? 'refused' : 'unavailable', reason, { status, pauseMs });
}

/** An answer that a shop of this platform would not give: mostly a page of something in between. */
export function unreadableAnswer(): ShopFailure {
  return new ShopFailure('unavailable', 'shops.unreadableAnswer');
}
