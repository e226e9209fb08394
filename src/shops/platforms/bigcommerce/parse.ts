import { z } from 'zod';
import {
  isRecord,
  looseBoolean,
  looseCode,
  looseNumber,
  looseObject,
  looseText,
  looseWritten,
  parseJsonOrNull,
} from '../../../kernel/wire/loose.ts';
import type { ReceivedEvent, ShopEvent, ShopOrder } from '../../contract.ts';
import { fullName, itemsOf, shopId, type shopItem } from '../../order-parts.ts';

const address = looseObject({
  first_name: looseText,
  last_name: looseText,
  company: looseText,
  street_1: looseText,
  street_2: looseText,
  city: looseText,
  state: looseText,
  zip: looseText,
  country_iso2: looseText,
  phone: looseText,
  email: looseText,
});

export const bigOrder = z.object({
  id: shopId,
  status_id: looseNumber,
  date_created: looseText,
  date_modified: looseText,
  is_deleted: looseBoolean,
  customer_locale: looseCode,
  billing_address: address,
});

export const bigShipment = z.object({
  id: shopId,
  date_created: looseText,
  tracking_number: looseWritten,
  tracking_carrier: looseCode,
  shipping_provider: looseCode,
  tracking_link: z.string().nullish().catch(null),
  shipping_address: address,
});
export type BigShipment = z.output<typeof bigShipment>;

/** Cancelled and declined. */
const NOT_SHIPPED: ReadonlySet<number | undefined> = new Set([5, 6]);

/** What a webhook names is read from the shop. Pure and total. */
export function readEvent({ text }: ReceivedEvent): ShopEvent {
  const body = parseJsonOrNull(text)?.value;
  const data = isRecord(body) && isRecord(body['data']) ? body['data'] : {};
  const orderId = looseCode.parse(data['type'] === 'order' ? data['id'] : data['orderId']);
  if (!isRecord(body) || orderId === undefined || !/^\d{1,20}$/.test(orderId)) {
    return { kind: 'unreadable', reason: 'the body names no order' };
  }
  // Two webhooks of one event share the hash.
  const hash = looseCode.parse(body['hash']);
  const scope = looseCode.parse(body['scope']);
  return { kind: 'changed', orderId, eventId: hash === undefined ? null : `${scope} ${hash}` };
}

/** Reads an order with its shipments and products; null: it is none. Pure and total. */
export function parseOrder(
  value: unknown,
  shipments: readonly BigShipment[],
  products: readonly z.output<typeof shopItem>[],
): ShopOrder | null {
  const read = bigOrder.safeParse(value);
  if (!read.success) return null;
  const { id: orderId, billing_address: billing, ...order } = read.data;
  const to = shipments[0]?.shipping_address ?? billing;
  const name = fullName(to?.first_name, to?.last_name);
  return {
    id: orderId,
    number: orderId,
    orderedAtMs: Date.parse(order.date_created ?? '') || 0,
    isCancelled: NOT_SHIPPED.has(order.status_id) || order.is_deleted === true,
    recipient: {
      name,
      email: billing?.email ?? null,
      phone: to?.phone ?? billing?.phone ?? null,
      locale: order.customer_locale ?? null,
    },
    destination:
      to === undefined
        ? null
        : {
            name: name ?? undefined,
            company: to.company,
            line1: to.street_1,
            line2: to.street_2,
            city: to.city,
            region: to.state,
            postal_code: to.zip,
            country: to.country_iso2,
          },
    allowsMessages: true,
    items: itemsOf(products),
    parcels: shipments.flatMap((shipment) =>
      shipment.tracking_number === undefined
        ? []
        : [
            {
              trackingNumber: shipment.tracking_number,
              carrier: shipment.tracking_carrier ?? shipment.shipping_provider ?? null,
              shippedAtMs: Date.parse(shipment.date_created ?? '') || null,
            },
          ],
    ),
  };
}
