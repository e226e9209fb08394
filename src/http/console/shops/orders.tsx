import type { ErrorText } from '../../../kernel/errors.ts';
import {
  type OrderOfShop,
  readReason,
  type ShownOrder,
  type ShownWrite,
} from '../../../shops/index.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import { useDates } from '../kit/dates.ts';
import { Sentence } from '../kit/fields.tsx';
import { useMessages } from '../kit/language.ts';
import { FoldedCard } from '../kit/layout.tsx';
import { Action, Moment, ShipmentLink, Table, Tag } from '../kit/pieces.tsx';
import { StatusTag } from '../shipments/parts/headline.tsx';
import { AT, LeftOutPart } from './pieces.tsx';

interface OrdersProps {
  readonly orders: readonly ShownOrder[];
  readonly nowMs: number;
}

/** Orders with their parcels, or what they wait for. */
export function Orders({ orders, nowMs }: OrdersProps) {
  const words = useMessages().desk.shops;
  if (orders.length === 0) return <p class="soft">{words.noOrders}</p>;
  return (
    <Table label={words.received} head={Object.values(words.orderHead)} stacks>
      {orders.map((order) => (
        <tr key={order.orderId}>
          <td>{order.number}</td>
          <td>
            <Moment at={iso(order.orderedAtMs)} nowMs={nowMs} />
          </td>
          <td class="wrap">
            <Items of={order} />
          </td>
          <td class="wrap">
            <Parcels of={order} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Items({ of: { items } }: { readonly of: ShownOrder }) {
  return <>{items.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ')}</>;
}

function Parcels({ of: order }: { readonly of: ShownOrder }) {
  const { shopId, orderId, number, state, waits, parcels } = order;
  const words = useMessages().desk.shops;
  return (
    <>
      {(state === 'cancelled' || state === 'deleted') && <Tag>{words.orderStates[state]}</Tag>}
      {waits && <Tag tone="warn">{words.waits}</Tag>}
      {parcels.map(({ shipmentId, trackingNumber, problem, isRemoved }, index) => (
        // Parcels have no id of their own until they are registered.
        <p key={shipmentId ?? index}>
          {shipmentId !== null && trackingNumber !== null && (
            <ShipmentLink id={shipmentId} number={trackingNumber} />
          )}
          {problem !== null && <Sentence text={problem} />}
          {isUsedByOther(problem) && !isRemoved && (
            <Action
              to={`${AT}/${shopId}`}
              label={words.sameParcel}
              about={number}
              fields={{ do: 'same_parcel', order: orderId }}
            />
          )}
          {isRemoved && <span class="soft"> {words.removed}</span>}
        </p>
      ))}
    </>
  );
}

/** Whether somebody has to say that two customers' orders are in one parcel. */
function isUsedByOther(problem: ErrorText | null): boolean {
  return problem !== null && Object.keys(Object(problem)).includes('shipments.numberUsedByOrder');
}

interface WritesProps extends OrdersProps {
  readonly writes: readonly ShownWrite[];
  /** Whether all are about the parcel whose page this is. */
  readonly isOfParcel?: boolean;
}

/** What was written to a shop, and what was not, with the reason. */
export function Writes({ writes, orders, nowMs, isOfParcel = false }: WritesProps) {
  const words = useMessages().desk.shops;
  const dates = useDates(nowMs);
  if (writes.length === 0) return <p class="soft">{words.nothingSent}</p>;
  const { when, order, ...rest } = words.writeHead;
  const numberOf = (id: string) => orders.find(({ orderId }) => orderId === id)?.number ?? id;
  return (
    <Table
      label={words.sent}
      head={[when, ...(isOfParcel ? [] : [order]), ...Object.values(rest)]}
      stacks
      isDense
    >
      {writes.map((write) => (
        <tr key={write.nr}>
          <td>
            <Moment at={iso(write.settledAtMs ?? write.recordedAtMs)} nowMs={nowMs} />
          </td>
          {!isOfParcel && (
            <td>
              <ShipmentLink id={write.shipmentId} number={numberOf(write.orderId)} />
            </td>
          )}
          <td class="wrap">
            <StatusTag status={write.status} reason={null} />{' '}
            {write.estimatedDelivery !== null && (
              <span class="soft">{dates.day(write.estimatedDelivery)}</span>
            )}
          </td>
          <td class="wrap">
            <Tag tone={write.state === 'sent' ? 'good' : 'plain'}>
              {words.writeStates[write.state]}
            </Tag>{' '}
            <Why of={write} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Why({ of: { reason } }: { readonly of: ShownWrite }) {
  const text = readReason(reason);
  return text && <Sentence text={text} />;
}

interface CardProps {
  readonly found: readonly OrderOfShop[];
  readonly writes: readonly ShownWrite[];
  readonly nowMs: number;
  /** Whether the member may open the pages of shops. */
  readonly seesShops: boolean;
}

/** A parcel's order in a shop, and what was written to the shop about the parcel. */
export function ShopCard({ found, writes, nowMs, seesShops }: CardProps) {
  const words = useMessages().desk.shops;
  if (found.length === 0) return null;
  return (
    <FoldedCard id="shop" title={words.shop}>
      {found.map(({ shop, order }) => (
        <div key={`${shop.id} ${order.orderId}`}>
          <p class="wrap">
            {seesShops ? <a href={`${AT}/${shop.id}`}>{shop.url}</a> : shop.url}
            {` · ${words.orderHead.order} ${order.number}`}
          </p>
          <p class="soft">
            <Items of={order} />
          </p>
          {leftOutParts(order).map(([key, part]) => (
            <p key={key}>
              <LeftOutPart part={part} />
            </p>
          ))}
          <Writes
            writes={writes.filter(({ shopId }) => shopId === shop.id)}
            orders={[order]}
            {...{ nowMs }}
            isOfParcel
          />
        </div>
      ))}
    </FoldedCard>
  );
}

/** Each once, although an order's parts are left out of each of its parcels. */
function leftOutParts({ parcels }: ShownOrder) {
  const parts = parcels.flatMap(({ leftOut }) => leftOut);
  return [...new Map(parts.map((part) => [JSON.stringify(part), part]))];
}
