import type { ComponentChildren } from 'preact';
import { Instant } from '../../console/parts/pieces.tsx';
import { StatusTag } from '../../resources/shipments/console/headline.tsx';
import type { Column, ShownShipment } from './listing.ts';

/** What a cell of the table shows of a parcel; nothing that takes the focus. */
export function cellOf(column: Column, each: ShownShipment, nowMs: number): ComponentChildren {
  switch (column) {
    case 'carrier':
      return each.carrier;
    case 'status':
      return <StatusTag status={each.status} reason={each.sub_status} />;
    case 'orders':
      return each.order_ids.join(', ');
    case 'tags':
      return each.tags.join(', ');
    case 'expected':
      return each.delivered_at === null ? (each.estimated_delivery?.date ?? '') : 'delivered';
    case 'last':
      return <Instant at={each.last_event_at} nowMs={nowMs} />;
    case 'made':
      return <Instant at={each.created_at} nowMs={nowMs} />;
  }
}

/** What is said of a parcel that has changed. Pure. */
export function titleOf({ tracking_number: number, status }: ShownShipment): string {
  return `${number}: ${status.replaceAll('_', ' ')}`;
}
