import { Problem } from '../../kernel/errors.ts';
import type { Sheds } from '../../platform/load/watch-load.ts';

/** The requests that are refused first under load: those that read a lot at once. */
export interface ShedAsRead {
  /** Query members that make it a lookup of one parcel, which is never refused. */
  readonly except?: readonly string[];
}

/** A level is held for at least five seconds; a much longer wait would be pointless. */
const RETRY_AFTER_S = 10;

/** Throws for a list or an aggregation while merchants' reads are shed. */
export function refuseIfShed(
  load: Sheds | undefined,
  shed: ShedAsRead | undefined,
  query: URLSearchParams,
): void {
  if (shed === undefined || load?.sheds('reads') !== true) return;
  if (shed.except?.some((name) => query.has(name))) return;
  throw new Problem('overloaded', 'requests.hubOverloaded', {
    retryAfterS: RETRY_AFTER_S,
    fix: 'requests.waitForRetryAfter',
  });
}
