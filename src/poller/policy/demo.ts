import { isTerminal } from '../../kernel/status.ts';
import { due } from './due.ts';
import type { ParcelView, PollPolicy } from './policy.ts';

/** A demo parcel's hours are seconds: this is how soon each of its scans is known. */
const PAUSE_MS = 15_000;
/** It has long arrived by then; any that is still under way is polled like the others. */
const SHOWN_MS = 30 * 60_000;

/** Which parcels are shown to somebody who has just started a hub. */
export type IsDemo = (parcel: Pick<ParcelView, 'carrier' | 'trackingNumber'>) => boolean;

/**
 * Demo parcels are polled at the pace at which they travel, whatever the policy for parcels that
 * take days: somebody is watching them. The carrier's limits apply as for all others.
 */
export function withDemoPace(policy: PollPolicy, isDemo: IsDemo): PollPolicy {
  return {
    name: policy.name,
    next(parcel, nowMs, spend) {
      const { lastPolledAtMs, createdAtMs, status } = parcel;
      const isShown = isDemo(parcel) && nowMs - createdAtMs < SHOWN_MS;
      if (!isShown || lastPolledAtMs === null || isTerminal(status)) {
        return policy.next(parcel, nowMs, spend);
      }
      const atMs = Math.max(nowMs, lastPolledAtMs + PAUSE_MS);
      const why = `A demo parcel is polled every ${PAUSE_MS / 1_000} s so that you can watch it.`;
      return due('floor', atMs, spend.price, why);
    },
  };
}
