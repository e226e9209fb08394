import type { LoggedShipment } from '../../../events/event.ts';
import type { PublicTrack } from '../../../tracking/ports/public-tracks.ts';
import type { Milestone } from '../contract.ts';
import { dateOf } from '../triggers/milestones-of.ts';

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
