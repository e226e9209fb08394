import { type Shipment, shipmentJson } from '../../../../tracking/ports/shipments.ts';
import { useMessages } from '../../kit/language.ts';
import { Empty, Instant, ModeName, ShipmentLink, Table } from '../../kit/pieces.tsx';
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
  const words = useMessages().console.shipments;
  return (
    <Layout assets={deps.assets} visitor={call.visitor} title={words.title} at={AT}>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      <search>
        <form method="get" action={AT} class="row">
          <label for="number">{words.field}</label>
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
            {words.find}
          </button>
        </form>
      </search>
      {query !== '' && found.length === 0 && <Empty>{words.empty}</Empty>}
      {found.length > 0 && (
        <Table label={words.found} head={Object.values(words.head)} stacks>
          {found.map((shipment) => (
            <tr key={shipment.id}>
              <td class="wrap">
                <ShipmentLink id={shipment.id} number={shipment.trackingNumber} />
              </td>
              <td>{shipment.carrier}</td>
              <td>
                {merchants.get(shipment.merchantId)} <ModeName mode={shipment.mode} />
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
    </Layout>
  );
}
