import { useMessages } from '../../../http/console/kit/language.ts';
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
  const { console: all, desk } = useMessages();
  const words = all.couriers;
  const nowMs = deps.parts.clock.nowMs();
  return (
    <Layout assets={deps.assets} visitor={call.visitor} title={words.title} at={AT}>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      {couriers.length === 0 ? (
        <Empty>{words.none}</Empty>
      ) : (
        <Table
          label={words.title}
          head={[
            words.courier,
            words.merchant,
            words.shift,
            words.vehicle,
            words.carried,
            words.toLoad,
            words.phoneLastUsed,
          ]}
          stacks
        >
          {couriers.map((courier) => (
            <tr key={courier.id}>
              <td>
                <a href={`${AT}/${wireId('courier', courier.id)}`}>{shownName(call, courier)}</a>
              </td>
              <td>
                {merchants.get(courier.merchantId)}{' '}
                <span class="soft">{desk.frame.modes[courier.mode]}</span>
              </td>
              <td>
                <ShiftTag courier={courier} />
              </td>
              <td>{words.vehicles[courier.vehicle]}</td>
              <td>{courier.holds}</td>
              <td>{courier.assigned - courier.holds}</td>
              <td>
                {courier.device === null ? (
                  <span class="soft">{words.noPhone}</span>
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
          <a href={`${AT}?cursor=${encodeURIComponent(nextCursor)}`}>{words.more}</a>
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
  const words = useMessages().console.couriers;
  return courier.onShift ? <Tag tone="good">{words.onShift}</Tag> : <Tag>{words.offShift}</Tag>;
}
