import { isDemo } from '../../../kernel/tenant.ts';
import { describe } from '../../../normalization/index.ts';
import { type ShipmentView, viewShipment } from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { deskPage } from '../kit/desk-route.ts';
import { useMessages } from '../kit/language.ts';
import type { DeskDeps } from '../kit/visit.ts';
import { shipmentPathOf } from './list-page.tsx';
import { COLUMNS, loadShipments, type ShownShipment } from './listing.ts';
import { Cell } from './live-rows.tsx';
import { StatusTag } from './parts/headline.tsx';
import { Days } from './parts/timeline.tsx';
import { idOf, noSuchShipment } from './shipment-id.ts';

const EVENTS_SHOWN = 6;
/** Not in the list of columns: the status stands above it, the last event below it. */
const LEFT_OUT: ReadonlySet<string> = new Set(['status', 'last']);

/** The part of a page that the list shows beside its rows. */
export function previewRoute(deps: DeskDeps): Route {
  return deskPage(deps, 'previewDeskShipment', async (call) => {
    const id = idOf(call);
    const [each] = await loadShipments(deps, call, [id]);
    const view = await viewShipment(deps.parts.tracking, call.tenant, id);
    if (each === undefined || view === null) throw noSuchShipment();
    const isReachable = view.personal.recipient !== null && !isDemo(call.tenant);
    const mayWrite = call.may('shipments:change') && isReachable;
    return { fragment: <Preview {...{ deps, each, mayWrite }} events={view.events} /> };
  });
}

interface Props {
  readonly deps: DeskDeps;
  readonly each: ShownShipment;
  readonly events: ShipmentView['events'];
  readonly mayWrite: boolean;
}

function Preview({ deps, each, events, mayWrite }: Props) {
  const { desk, status } = useMessages();
  const { columnNames } = desk.shipments;
  return (
    <div class="stack">
      <h2>{each.tracking_number}</h2>
      <StatusTag {...each} reason={each.sub_status} />
      <p class="row">
        <a class="button primary" href={shipmentPathOf(each.id)}>
          {desk.shipment.open}
        </a>
        {mayWrite && (
          <a class="button" href={`/console/write?id=${each.id}`}>
            {desk.shipment.write}
          </a>
        )}
      </p>
      <dl class="facts">
        {COLUMNS.filter((column) => !LEFT_OUT.has(column)).map((column) => (
          <>
            <dt>{columnNames[column]}</dt>
            <dd>
              <Cell {...{ deps, column, each }} />
            </dd>
          </>
        ))}
      </dl>
      <Days
        events={events.slice(0, EVENTS_SHOWN)}
        all={new Map()}
        describe={(event) => describe(status, event)}
        nowMs={deps.parts.clock.nowMs()}
      />
    </div>
  );
}
