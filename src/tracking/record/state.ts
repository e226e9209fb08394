import { eventZone } from '../facts/event-zone.ts';
import type { History } from '../facts/history.ts';
import type { FoldState } from '../fold/fold-input.ts';
import type { ShipmentState } from '../shipment.ts';

/** Returns the fold's result in its stored and displayed form. Pure. */
export function stateOf(history: History, folded: FoldState): ShipmentState {
  return {
    status: folded.status,
    subStatus: folded.reason,
    confirmed: folded.confirmed,
    steering: folded.steering,
    returning: folded.returning,
    estimatedDelivery:
      folded.estimatedDelivery === null
        ? null
        : { ...folded.estimatedDelivery, source: 'carrier', confidence: null },
    pieces: folded.pieces,
    deliveredAtMs: deliveredAt(history, folded),
    lastEventAtMs: lastEventAt(history, folded),
    eventZone: eventZone(history, folded),
    expired: folded.expired,
  };
}

/**
 * Returns when the parcel was delivered to the recipient (epoch ms); null when it was not, or when
 * the zone of that time is unknown.
 */
function deliveredAt(history: History, folded: FoldState): number | null {
  if (folded.status !== 'delivered') return null;
  const verdict = folded.verdicts.find(({ identity }) => identity === folded.steering);
  if (verdict === undefined || !Number.isFinite(verdict.interval.lo)) return null;
  const observation = history.facts
    .get(verdict.identity)
    ?.observations.find(
      ({ inboundMessageId }) => inboundMessageId === verdict.winningInboundMessageId,
    );
  return observation?.time.offsetMin == null ? null : verdict.interval.lo;
}

/** Returns the newest time in the visible timeline (epoch ms); null when it has none. */
function lastEventAt(history: History, folded: FoldState): number | null {
  let last: number | null = null;
  for (const verdict of folded.verdicts) {
    if (!verdict.shown || !history.facts.has(verdict.identity)) continue;
    const { lo } = verdict.interval;
    if (Number.isFinite(lo) && (last === null || lo > last)) last = lo;
  }
  return last;
}
