import { Empty, Instant, Table, Tag } from '../../../http/console/kit/pieces.tsx';
import { Layout } from '../../../http/console/operators/layout.tsx';
import type { ConsoleDeps, PageCall } from '../../../http/console/operators/visit.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Courier } from '../../couriers/index.ts';

export const AT = '/ops/couriers';

interface ListProps {
  readonly deps: ConsoleDeps;
  readonly call: PageCall;
  readonly couriers: readonly Courier[];
  /** The merchants' slugs by merchant id. */
  readonly merchants: ReadonlyMap<string, string>;
  readonly nextCursor: string | null;
}

export function CouriersPage({ deps, call, couriers, merchants, nextCursor }: ListProps) {
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout assets={deps.assets} visitor={call.visitor} title="Couriers" at={AT}>
      <h1>Couriers</h1>
      <p class="lead">
        Couriers of all merchants, with their phones and the parcels they have. Merchants add
        couriers through the API.
      </p>
      {couriers.length === 0 ? (
        <Empty>No merchant has a courier yet.</Empty>
      ) : (
        <Table
          label="Couriers"
          head={[
            'Courier',
            'Merchant',
            'Shift',
            'Vehicle',
            'Parcels carried',
            'Still to load',
            'Phone last used',
          ]}
          stacks
        >
          {couriers.map((courier) => (
            <tr key={courier.id}>
              <td>
                <a href={`${AT}/${wireId('courier', courier.id)}`}>{shownName(call, courier)}</a>
              </td>
              <td>
                {merchants.get(courier.merchantId)} <span class="soft">{courier.mode}</span>
              </td>
              <td>
                <ShiftTag courier={courier} />
              </td>
              <td>{courier.vehicle}</td>
              <td>{courier.holds}</td>
              <td>{courier.assigned - courier.holds}</td>
              <td>
                {courier.device === null ? (
                  <span class="soft">no phone</span>
                ) : (
                  <Instant at={iso(courier.device.lastSeenMs)} nowMs={nowMs} />
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <p>
          <a href={`${AT}?cursor=${encodeURIComponent(nextCursor)}`}>More</a>
        </p>
      )}
    </Layout>
  );
}

/** What the page shows as a courier's name: viewers see an id, because names are personal data. */
export function shownName({ visitor }: Pick<PageCall, 'visitor'>, { id, name }: Courier): string {
  return visitor.power === 'write' ? name : wireId('courier', id);
}

export function ShiftTag({ courier }: { readonly courier: Courier }) {
  return courier.onShift ? <Tag tone="good">on shift</Tag> : <Tag>off shift</Tag>;
}
