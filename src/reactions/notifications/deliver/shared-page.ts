import type { LoggedShipment } from '../../../events/event.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { type PublicTrack, publicTracksByNumber, type Shipment } from '../../../tracking/index.ts';
import type { TemplateName } from '../contract.ts';
import { dateOf } from '../triggers/milestones-of.ts';

/**
 * Whether the page that everybody sees of the number says the same. Of a number that several merchants
 * have, that page knows carriers' facts only, and so do messages in nobody's name: what one merchant
 * says by a command, a promise or a case is not told to people who may be waiting for another's parcel.
 */
export async function isOnSharedPage(
  db: Queryable,
  { carrier, trackingNumber }: Shipment,
  milestone: TemplateName,
  event: { readonly data: LoggedShipment } | null,
): Promise<boolean> {
  if (milestone === 'confirm_subscription') return true;
  const rows = await publicTracksByNumber(db, [trackingNumber]);
  const row = rows.find((each) => each.carrier === carrier);
  if (row === undefined || event === null) return false;
  return says(JSON.parse(row.body) as PublicTrack, milestone, event.data);
}

/** Pure. */
export function says(
  page: Pick<PublicTrack, 'status' | 'sub_status' | 'confirmed' | 'estimated_delivery'>,
  milestone: TemplateName,
  told: Partial<Pick<LoggedShipment, 'status' | 'sub_status'>> & {
    readonly estimated_delivery?: { readonly date: string } | null;
  },
): boolean {
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
        dateOf(page.estimated_delivery) === dateOf(told.estimated_delivery)
      );
    case 'stalled':
    case 'exception':
      return page.status === told.status && page.sub_status === (told.sub_status ?? null);
    case 'delivered':
      return page.status === 'delivered' && page.confirmed;
    default:
      return page.status === told.status;
  }
}
