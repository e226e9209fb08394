import type { LoggedShipment } from '../../../events/event.ts';
import type { Status } from '../../../kernel/status.ts';
import type { PublicTrack } from '../../../tracking/ports/public-tracks.ts';
import type { Milestone } from '../contract.ts';
import { dateOf } from '../triggers/milestones-of.ts';

/** A shipment at the moment when a message about it is decided. */
export interface ShipmentNow {
  readonly status: Status;
  readonly subStatus: string | null;
  readonly confirmed: boolean;
  readonly estimate: { readonly date: string } | null;
  /** Zones of the destination and of the last place; the first valid one is used. */
  readonly zones: readonly (string | null)[];
}

const UNDER_WAY: readonly Status[] = ['created', 'picked_up', 'in_transit', 'at_facility'];
const NOT_OVER: readonly Status[] = [
  ...UNDER_WAY,
  'out_for_delivery',
  'available_for_pickup',
  'delivery_attempted',
  'exception',
];

/**
 * The statuses in which a milestone is still worth a message. A message about a pickup by the
 * carrier is interesting while the parcel travels; one about a delivery today is wrong as soon as
 * the parcel does not come today.
 */
const WORTH_SENDING: Readonly<Partial<Record<Milestone, readonly Status[]>>> = {
  created: UNDER_WAY,
  picked_up: UNDER_WAY,
  in_transit: ['in_transit', 'at_facility'],
  at_facility: ['at_facility', 'in_transit'],
  out_for_delivery: ['out_for_delivery'],
  arriving: ['out_for_delivery'],
  available_for_pickup: ['available_for_pickup'],
  // Back at the depot, the message can still say when the courier comes again.
  delivery_attempted: ['delivery_attempted', 'at_facility', 'in_transit', 'exception'],
  returning: ['returning'],
  delivered: ['delivered'],
  returned_to_sender: ['returned_to_sender'],
  cancelled: ['cancelled'],
  edd_changed: [...UNDER_WAY, 'exception'],
  delay_predicted: [...UNDER_WAY, 'exception'],
  exception_opened: NOT_OVER,
  exception_updated: NOT_OVER,
  delivery_request_confirmed: NOT_OVER,
};

/** The content of a message that may be outdated by the shipment's current state. */
export interface Claim {
  /** The expected day that the event named, `YYYY-MM-DD`; null: none. */
  readonly day: string | null;
  /** The reason for the parcel's status; null: unknown. */
  readonly reason: string | null;
  /** The status that a correction takes back; null: the event is no correction. */
  readonly wrong: string | null;
  /** What happened to the message's case after its event; null: nothing, or it is about no case. */
  readonly caseSince: 'opened' | 'resolved' | null;
}

/** Whether a shipment's state still matches the milestone's message about an event. Pure. */
export function isStillTrue(
  milestone: Milestone,
  { day, reason, wrong, caseSince }: Claim,
  { status, subStatus, confirmed, estimate }: ShipmentNow,
): boolean {
  switch (milestone) {
    case 'stalled':
      return subStatus === 'stalled';
    case 'delivered':
      return status === 'delivered' && confirmed;
    case 'corrected':
      return status !== 'delivered' && status !== wrong;
    case 'exception':
      // Another problem than the reported one has a message of its own.
      return status === 'exception' && subStatus === reason;
    case 'edd_changed':
    case 'delay_predicted':
      if (dateOf(estimate) !== day) return false;
      break;
    case 'exception_opened':
    case 'exception_updated':
      if (caseSince === 'resolved') return false;
      break;
    case 'exception_resolved':
      return caseSince !== 'opened';
  }
  return WORTH_SENDING[milestone]?.includes(status) ?? true;
}

/** The public page of a number. */
export type PageNow = Pick<
  PublicTrack,
  'status' | 'sub_status' | 'confirmed' | 'estimated_delivery'
>;

/**
 * Whether the public page of the number shows the same as the message. If several merchants have
 * the number, that page contains carriers' facts only, and so do messages without a merchant's
 * name: a merchant's command, promise or case must not reach people who may wait for another's
 * parcel.
 *
 * @param page the public page; null: there is none.
 */
export function saysSame(
  page: PageNow | null,
  milestone: Milestone,
  event: Partial<Pick<LoggedShipment, 'status' | 'sub_status'>> & {
    readonly estimated_delivery?: { readonly date: string } | null;
  },
): boolean {
  if (page === null) return false;
  switch (milestone) {
    case 'delay_predicted':
    case 'exception_opened':
    case 'exception_updated':
    case 'exception_resolved':
    case 'delivery_request_confirmed':
      return false;
    case 'edd_changed':
      return (
        page.estimated_delivery !== null &&
        dateOf(page.estimated_delivery) === dateOf(event.estimated_delivery)
      );
    case 'stalled':
    case 'exception':
      return page.status === event.status && page.sub_status === (event.sub_status ?? null);
    case 'delivered':
      return page.status === 'delivered' && page.confirmed;
    default:
      return page.status === event.status;
  }
}
