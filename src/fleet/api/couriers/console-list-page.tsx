import { useMessages } from '../../../http/console/kit/language.ts';
import { DeskLayout } from '../../../http/console/kit/layout.tsx';
import { Empty, Instant, Table, Tag } from '../../../http/console/kit/pieces.tsx';
import type { DeskCall, DeskDeps } from '../../../http/console/kit/visit.ts';
import { ofWhose, WhoseFilter } from '../../../http/console/kit/whose.tsx';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { Courier } from '../../couriers/index.ts';

export const AT = '/console/deliveries/couriers';

interface ListProps {
  readonly deps: DeskDeps;
  readonly call: DeskCall;
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
    <DeskLayout deps={deps} visitor={call.visitor} title={words.title} at={AT}>
      <h1>{words.title}</h1>
      <p class="lead">{words.lead}</p>
      <WhoseFilter call={call} path={AT} />
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
          <a href={`${AT}?${new URLSearchParams({ cursor: nextCursor, ...ofWhose(call) })}`}>
            {words.more}
          </a>
        </p>
      )}
    </DeskLayout>
  );
}

/** What the page shows as a courier's name: viewers see an id, because names are personal data. */
export function shownName({ may }: DeskCall, { id, name }: Courier): string {
  return may('people:see') ? name : wireId('courier', id);
}

export function ShiftTag({ courier }: { readonly courier: Courier }) {
  const words = useMessages().console.couriers;
  return courier.onShift ? <Tag tone="good">{words.onShift}</Tag> : <Tag>{words.offShift}</Tag>;
}
