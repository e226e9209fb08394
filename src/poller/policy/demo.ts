import { isTerminal } from '../../kernel/status.ts';
import { due, type ParcelView, type PollPolicy } from './policy.ts';

/**
 * The pause between polls of a demo parcel, which travels in minutes, so that each scan appears
 * soon.
 */
const PAUSE_MS = 15_000;

/** After this long a demo parcel has arrived; if not, it is polled like any other. */
const SHOWN_MS = 30 * 60_000;

/** Whether a parcel is a demo, shown to somebody who has just started a hub. */
export type IsDemo = (parcel: Pick<ParcelView, 'carrier' | 'trackingNumber'>) => boolean;

/**
 * Polls demo parcels at the pace at which they travel, whatever the policy for parcels that take
 * days: somebody is watching them. The carrier's limits apply as for all others.
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
