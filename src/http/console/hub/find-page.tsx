import { h } from 'preact';
import { isUuid } from '../../../kernel/ids.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import {
  findShipmentOfAnyTenant,
  type Shipment,
  shipmentJson,
  shipmentsByNumber,
} from '../../../tracking/ports/shipments.ts';
import type { Route } from '../../kit/route.ts';
import { deskPage } from '../kit/desk-route.ts';
import { useMessages } from '../kit/language.ts';
import { DeskLayout, PageHead } from '../kit/layout.tsx';
import { useCarrierNames } from '../kit/names.ts';
import { Empty, Instant, ShipmentLink, shipmentPath, Table } from '../kit/pieces.tsx';
import type { DeskDeps, DeskPageProps } from '../kit/visit.ts';
import { MerchantName } from '../kit/whose.tsx';
import { StatusTag } from '../shipments/parts/headline.tsx';

/** Limit for one number; further merchants with the same parcel are not listed. */
const FOUND_SHOWN = 50;
/** Longer than any number or id that somebody types. */
const QUERY_CHARS_MAX = 100;

/** Finds single parcels of all merchants. */
export function findPage(deps: DeskDeps): Route {
  return deskPage(deps, 'findShipments', async (call) => {
    const query = (call.query.get('number') ?? '').trim().slice(0, QUERY_CHARS_MAX);
    const found = query === '' ? [] : await shipmentsCalled(deps, query);
    const [only] = found;
    if (only !== undefined && found.length === 1) return { seeOther: shipmentPath(only.id) };
    const all = await visibleMerchants(deps.parts.db.pipeline);
    return h(FindShipmentPage, {
      deps,
      call,
      query,
      found: found.slice(0, FOUND_SHOWN),
      isCut: found.length > FOUND_SHOWN,
      merchants: new Map(all.map(({ id, slug }) => [id, slug])),
    });
  });
}

/** Shipments of any merchant, by id or by number in each carrier's spelling; newest first. */
async function shipmentsCalled({ parts }: DeskDeps, query: string): Promise<Shipment[]> {
  if (isUuid(query)) {
    const found = await findShipmentOfAnyTenant(parts.tracking, query.toLowerCase());
    return found === null ? [] : [found];
  }
  const numbers = parts.adapters.carriers().flatMap(({ manifest, numbers }) => {
    const trackingNumber = numbers.normalize(query);
    return trackingNumber === '' ? [] : [{ carrier: manifest.name, trackingNumber }];
  });
  return (await shipmentsByNumber(parts.db.pipeline, numbers)).toReversed();
}

interface Props extends DeskPageProps {
  /** The search text; empty: none yet. */
  readonly query: string;
  readonly found: readonly Shipment[];
  /** There are more results than are shown. */
  readonly isCut: boolean;
  /** Slugs by id. */
  readonly merchants: ReadonlyMap<string, string>;
}

/** What the search field of the hub's pages found. */
function FindShipmentPage({ deps, call, query, found, isCut, merchants }: Props) {
  const nowMs = deps.parts.clock.nowMs();
  const words = useMessages().console.shipments;
  const called = useCarrierNames(deps);
  return (
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at="/console/hub/shipments">
      <PageHead title={words.title} />
      {query === '' && <p class="lead">{words.lead}</p>}
      {query !== '' && found.length === 0 && <Empty says={words.empty} />}
      {found.length > 0 && (
        <Table label={words.found} head={Object.values(words.head)} stacks>
          {found.map((shipment) => (
            <tr key={shipment.id}>
              <td class="wrap">
                <ShipmentLink id={shipment.id} number={shipment.trackingNumber} />
              </td>
              <td>{called(shipment.carrier)}</td>
              <td>
                <MerchantName
                  call={call}
                  slug={merchants.get(shipment.merchantId) ?? ''}
                  mode={shipment.mode}
                />
              </td>
              <td>
                <StatusTag status={shipment.state.status} reason={shipment.state.subStatus} />
              </td>
              <td>
                <Instant at={shipmentJson(shipment, '').last_event_at} nowMs={nowMs} />
              </td>
              <td>
                <Instant at={shipmentJson(shipment, '').created_at} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      {isCut && <p class="soft">{words.more}</p>}
    </DeskLayout>
  );
}
