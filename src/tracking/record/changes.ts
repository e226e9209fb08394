import { isDeepStrictEqual } from 'node:util';
import type { PreviousShipment, ShipmentEventType } from '../../events/event.ts';
import type { ShipmentView } from '../../events/shipment-view.ts';
import { isTerminal } from '../../kernel/status.ts';
import type { FoldState } from '../fold/fold-input.ts';
import type { Shipment, ShownEstimate } from '../shipment.ts';
import { estimateOf, shipmentJson } from '../views/shipment-json.ts';
import { isOtherDay, isOtherDetail, shownEstimate } from '../views/shown-estimate.ts';

/** One entry for the log: what changed, with the previous values. */
export interface Change {
  readonly type: ShipmentEventType;
  readonly previousAttributes: PreviousShipment;
  /** Added to the shipment in the entry, such as the case that was opened; nothing personal. */
  readonly also?: Readonly<Record<string, unknown>>;
}

/**
 * How a changed day of delivery is announced: `as_received`, with this fold; `apart`, not here but
 * a moment later by the reaction that weighs estimates; `{ published }`, with this fold, if the day
 * differs from that of the estimate published last.
 */
export type DateAnnouncement =
  | 'as_received'
  | 'apart'
  | { readonly published: ShownEstimate | null };

/**
 * Returns what a fold changed, as log entries: at most one each about the status, the confirmation,
 * the final delivery or its withdrawal, the date and the end of polling, in that order. `tracking_updated` is added
 * only when no other entry implies that the timeline changed. Empty when nothing visible changed.
 * Pure.
 */
export function changes(
  before: Shipment,
  after: Shipment,
  newEvents: boolean,
  dates: DateAnnouncement = 'as_received',
  verdicts: FoldState['verdicts'] = [],
): Change[] {
  const was = shipmentJson(before, '');
  const is = shipmentJson(after, '');
  const found: Change[] = [];
  // Adds an entry if any of these members has changed.
  const note = (type: ShipmentEventType, ...members: (keyof ShipmentView)[]) => {
    const changed = members.filter((member) => !isDeepStrictEqual(was[member], is[member]));
    if (changed.length === 0) return;
    found.push({
      type,
      previousAttributes: pick(was, changed),
    });
  };
  const retracted = isTerminal(before.state.status) && before.state.status !== after.state.status;
  note(
    retracted ? 'shipment.corrected' : 'shipment.status_changed',
    'status',
    'sub_status',
    'pieces',
    'delivered_at',
  );
  const statusChanged = found.length > 0;
  if (statusChanged) {
    const first = found[0];
    // The date of an ended parcel changes with its status and has no event of its own.
    const also = (['confirmed', 'estimated_delivery'] as const).filter(
      (member) =>
        (member === 'confirmed' || isTerminal(after.state.status)) &&
        !isDeepStrictEqual(was[member], is[member]),
    );
    if (first) {
      found[0] = {
        ...first,
        previousAttributes: { ...first.previousAttributes, ...pick(was, also) },
      };
    }
  } else note('shipment.confirmed', 'confirmed');
  if (isDeliveredForGood(after) && !isDeliveredForGood(before)) {
    found.push({ type: 'shipment.delivered', previousAttributes: {} });
  }
  if (isWithdrawn(before, after, verdicts)) {
    found.push({ type: 'shipment.delivery_withdrawn', previousAttributes: {} });
  }
  const day = notifiedDay(before, after, dates);
  if (day !== null) found.push(day);
  const trackedAgain = before.state.expired && !after.state.expired;
  if (after.state.expired) note('shipment.expired', 'expired');
  if (found.length === 0 && (newEvents || trackedAgain || dateMoved(before, after))) {
    found.push({
      type: 'shipment.tracking_updated',
      previousAttributes: { last_event_at: was.last_event_at },
    });
  }
  const [first, ...others] = found;
  if (first === undefined || !trackedAgain) return found;
  return [
    { ...first, previousAttributes: { ...first.previousAttributes, expired: true } },
    ...others,
  ];
}

/**
 * Returns the event about a changed day. Null when the shown day is the published one, when it is
 * announced separately, and when the parcel has ended.
 */
function notifiedDay(before: Shipment, after: Shipment, dates: DateAnnouncement): Change | null {
  if (dates === 'apart') return null;
  const isAgainstPublished = dates !== 'as_received';
  const was = isAgainstPublished ? dates.published : shownEstimate(before);
  if (!isOtherDay(was, shownEstimate(after))) return null;
  if (isTerminal(after.state.status)) return null;
  const previous = estimateOf(before, was);
  return { type: 'shipment.edd_changed', previousAttributes: { estimated_delivery: previous } };
}

/**
 * Whether anything about the date changed, even if only the carrier's date from which the hub's
 * estimate is derived.
 */
function dateMoved(before: Shipment, after: Shipment): boolean {
  const [was, is] = [shownEstimate(before), shownEstimate(after)];
  if (isOtherDay(was, is) || isOtherDetail(was, is)) return true;
  return !isDeepStrictEqual(before.state.estimatedDelivery, after.state.estimatedDelivery);
}

/**
 * Whether the delivery is confirmed: not reported only by a source whose secret anybody could copy.
 * Irreversible actions wait for that.
 */
function isDeliveredForGood({ state }: Shipment): boolean {
  return state.status === 'delivered' && state.confirmed;
}

/**
 * Whether the carrier took back the delivery: one of its documented codes ruled it out (fold rule
 * 4). A delivery that a later report merely omits, or reads otherwise, is corrected, not withdrawn.
 */
function isWithdrawn(before: Shipment, after: Shipment, verdicts: FoldState['verdicts']): boolean {
  if (!isDeliveredForGood(before) || after.state.status === 'delivered') return false;
  return verdicts.some(
    ({ identity, rule }) => identity === before.state.steering && rule === 'correction',
  );
}

/**
 * Returns the merchant's changes as a log entry; null when there are none. Personal data are left
 * out, so `personalChanged` says whether any of them changed.
 */
export function attributeChange(
  before: Shipment,
  after: Shipment,
  personalChanged: boolean,
): Change | null {
  const was = shipmentJson(before, '');
  const is = shipmentJson(after, '');
  const members = Object.keys(was) as (keyof ShipmentView)[];
  const previous = members.filter(
    (name) => name !== 'updated_at' && JSON.stringify(was[name]) !== JSON.stringify(is[name]),
  );
  if (previous.length === 0 && !personalChanged) return null;
  return { type: 'shipment.updated', previousAttributes: pick(was, previous) };
}

/** Returns only these members. */
function pick(was: ShipmentView, members: readonly (keyof ShipmentView)[]): PreviousShipment {
  return Object.fromEntries(members.map((member) => [member, was[member]]));
}
