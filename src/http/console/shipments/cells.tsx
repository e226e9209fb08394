import { useCarrierNames } from '../kit/carrier-name.ts';
import { useMessages } from '../kit/language.ts';
import { Instant } from '../kit/pieces.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { StatusTag } from '../operators/shipments/headline.tsx';
import type { Column, ShownShipment } from './listing.ts';

interface Props {
  readonly deps: Pick<DeskDeps, 'parts'>;
  readonly column: Column;
  readonly each: ShownShipment;
}

/** A parcel's value in one cell of the table; without focusable elements. */
export function Cell({ deps, column, each }: Props) {
  const words = useMessages().desk.shipments;
  const carrierOf = useCarrierNames(deps);
  const nowMs = deps.parts.clock.nowMs();
  switch (column) {
    case 'carrier':
      return <>{carrierOf(each.carrier)}</>;
    case 'status':
      return <StatusTag status={each.status} reason={each.sub_status} />;
    case 'orders':
      return <>{each.order_ids.join(', ')}</>;
    case 'tags':
      return <>{each.tags.join(', ')}</>;
    case 'expected':
      return (
        <>{each.status === 'delivered' ? words.delivered : (each.estimated_delivery?.date ?? '')}</>
      );
    case 'last':
      return <Instant at={each.last_event_at} nowMs={nowMs} />;
    case 'made':
      return <Instant at={each.created_at} nowMs={nowMs} />;
  }
}
