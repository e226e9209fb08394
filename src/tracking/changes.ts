import { isDeepStrictEqual } from 'node:util';
import type { EventType } from '../kernel/event-types.ts';
import { isTerminal } from '../kernel/status.ts';
import type { Shipment } from './shipment.ts';
import { shipmentJson } from './shipment-json.ts';
import { isToldAnew, shownEstimate } from './shown-estimate.ts';

/** One entry for the log: what changed, and how it was before. */
export interface Change {
  readonly type: EventType;
  readonly previousAttributes: Readonly<Record<string, unknown>>;
  /** Told beside the shipment, such as the case that was opened; nothing personal. */
  readonly also?: Readonly<Record<string, unknown>>;
}

/**
 * What a fold changed, as log entries: at most one about the status, one about confirmation, one
 * that it is delivered for good, one about the date, one that we gave it up, in that order;
 * `tracking_updated` only when nothing else tells that the timeline changed. Empty when nothing
 * that anybody is shown changed. Pure.
 */
export function changes(before: Shipment, after: Shipment, newEvents: boolean): Change[] {
  const was = shipmentJson(before);
  const is = shipmentJson(after);
  const found: Change[] = [];
  const note = (type: EventType, ...members: string[]) => {
    const changed = members.filter((member) => !isDeepStrictEqual(was[member], is[member]));
    if (changed.length === 0) return;
    found.push({
      type,
      previousAttributes: Object.fromEntries(changed.map((member) => [member, was[member]])),
    });
  };
  const takenBack = isTerminal(before.state.status) && before.state.status !== after.state.status;
  note(
    takenBack ? 'shipment.corrected' : 'shipment.status_changed',
    'status',
    'sub_status',
    'pieces',
    'delivered_at',
  );
  const statusChanged = found.length > 0;
  if (statusChanged) {
    const first = found[0];
    if (first && was.confirmed !== is.confirmed) {
      found[0] = {
        ...first,
        previousAttributes: { ...first.previousAttributes, confirmed: was.confirmed },
      };
    }
  } else note('shipment.confirmed', 'confirmed');
  if (isDeliveredForGood(after) && !isDeliveredForGood(before)) {
    found.push({ type: 'shipment.delivered', previousAttributes: {} });
  }
  const estimateBefore = shownEstimate(before);
  if (isToldAnew(estimateBefore, shownEstimate(after))) {
    const previousAttributes = { estimated_delivery: estimateBefore };
    found.push({ type: 'shipment.edd_changed', previousAttributes });
  }
  const followedAgain = before.state.expired && !after.state.expired;
  if (after.state.expired) note('shipment.expired', 'expired');
  // Ours is shown, but the carrier's is what it may be made of.
  const carrierMoved = !isDeepStrictEqual(
    before.state.estimatedDelivery,
    after.state.estimatedDelivery,
  );
  if (found.length === 0 && (newEvents || followedAgain || carrierMoved)) {
    found.push({
      type: 'shipment.tracking_updated',
      previousAttributes: { last_event_at: was.last_event_at },
    });
  }
  const [first, ...others] = found;
  if (first === undefined || !followedAgain) return found;
  return [
    { ...first, previousAttributes: { ...first.previousAttributes, expired: true } },
    ...others,
  ];
}

/** Told by more than a door anybody could copy the secret of: what cannot be undone waits for it. */
function isDeliveredForGood({ state }: Shipment): boolean {
  return state.status === 'delivered' && state.confirmed;
}

/** What the merchant changed, as a log entry; null when that is nothing. Personal data are not told. */
export function attributeChange(
  before: Shipment,
  after: Shipment,
  personalChanged: boolean,
): Change | null {
  const was = shipmentJson(before);
  const is = shipmentJson(after);
  const previous = Object.entries(was).filter(
    ([name, value]) => name !== 'updated_at' && JSON.stringify(value) !== JSON.stringify(is[name]),
  );
  if (previous.length === 0 && !personalChanged) return null;
  return { type: 'shipment.updated', previousAttributes: Object.fromEntries(previous) };
}
