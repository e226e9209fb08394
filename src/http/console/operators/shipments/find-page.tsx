import { type Shipment, shipmentJson } from '../../../../tracking/index.ts';
import { Empty, Instant, ShipmentLink, Table } from '../../kit/pieces.tsx';
import { Layout } from '../layout.tsx';
import type { ConsoleDeps, PageCall } from '../visit.ts';
import { StatusTag } from './headline.tsx';

export const AT = '/ops/shipments';

/** Longer than any number or id that somebody types. */
export const QUERY_CHARS_MAX = 100;

interface Props {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  /** The search text; empty: none yet. */
  readonly query: string;
  readonly found: readonly Shipment[];
  /** There are more results than are shown. */
  readonly isCut: boolean;
  /** Slugs by id. */
  readonly merchants: ReadonlyMap<string, string>;
}

/** A search field for a number, and the matching parcels. */
export function FindShipmentPage({ deps, call, query, found, isCut, merchants }: Props) {
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout assets={deps.assets} visitor={call.visitor} title="Shipments" at={AT}>
      <h1>Shipments</h1>
      <p class="lead">Find a parcel of any merchant by its tracking number or its id.</p>
      <search>
        <form method="get" action={AT} class="row">
          <label for="number">Tracking number or id</label>
          <input
            id="number"
            name="number"
            type="text"
            value={query}
            maxLength={QUERY_CHARS_MAX}
            required
            autocomplete="off"
            spellcheck={false}
          />
          <button type="submit" class="primary">
            Find
          </button>
        </form>
      </search>
      {query !== '' && found.length === 0 && (
        <Empty>
          No merchant follows this number. It may have been deleted, or never registered.
        </Empty>
      )}
      {found.length > 0 && (
        <Table
          label="Shipments with this number"
          head={['Number', 'Carrier', 'Merchant', 'Status', 'Last event', 'Registered']}
          stacks
        >
          {found.map((shipment) => (
            <tr key={shipment.id}>
              <td class="wrap">
                <ShipmentLink id={shipment.id} number={shipment.trackingNumber} />
              </td>
              <td>{shipment.carrier}</td>
              <td>
                {merchants.get(shipment.merchantId)} <span class="soft">{shipment.mode}</span>
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
      {isCut && <p class="soft">More parcels have this number than are shown here.</p>}
    </Layout>
  );
}
