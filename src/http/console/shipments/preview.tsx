import { describe } from '../../../normalization/index.ts';
import { placeName, type ShipmentView, viewShipment } from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { deskPage } from '../kit/desk-route.ts';
import { useMessages } from '../kit/language.ts';
import { Instant } from '../kit/pieces.tsx';
import type { DeskDeps } from '../kit/visit.ts';
import { shipmentPathOf } from './list-page.tsx';
import { COLUMNS, readThese, type ShownShipment } from './listing.ts';
import { Cell } from './live-rows.tsx';
import { idOf, noSuchShipment } from './shipment-id.ts';

const EVENTS_SHOWN = 6;

/** The part of a page that the list shows beside its rows. */
export function previewRoute(deps: DeskDeps): Route {
  return deskPage(deps, 'previewDeskShipment', async (call) => {
    const id = idOf(call);
    const [each] = await readThese(deps, call, [id]);
    const view = await viewShipment(deps.parts.tracking, call.tenant, id);
    if (each === undefined || view === null) throw noSuchShipment();
    return { fragment: <Preview {...{ deps, each }} events={view.events} /> };
  });
}

interface Props {
  readonly deps: DeskDeps;
  readonly each: ShownShipment;
  readonly events: ShipmentView['events'];
}

function Preview({ deps, each, events }: Props) {
  const { columnNames } = useMessages().desk.shipments;
  const { status } = useMessages();
  const nowMs = deps.parts.clock.nowMs();
  return (
    <div class="stack">
      <h2>
        <a href={shipmentPathOf(each.id)}>
          <code>{each.tracking_number}</code>
        </a>
      </h2>
      <dl class="facts">
        {COLUMNS.filter((column) => column !== 'last').map((column) => (
          <>
            <dt>{columnNames[column]}</dt>
            <dd>
              <Cell {...{ deps, column, each }} />
            </dd>
          </>
        ))}
      </dl>
      <ol class="plain stack">
        {events.slice(0, EVENTS_SHOWN).map((event) => (
          <li key={event.identity}>
            {describe(status, event)}{' '}
            <span class="soft">
              {placeName(event.place)} <Instant at={event.occurredAt} nowMs={nowMs} />
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
