import { isRecord, looseCode, looseWritten, parseJsonOrNull } from '../../../kernel/wire/loose.ts';
import type { ReceivedEvent, ShopEvent, ShopOrder, ShopParcel } from '../../contract.ts';
import { fullName, itemsOf } from '../../order-parts.ts';
import { customerLanguage, pluginParcels } from './plugin-parcels.ts';
import { type WooFulfillment, type WooOrder, wooOrder } from './schema.ts';

/** Orders in these states are not shipped, or not placed yet. */
const NOT_SHIPPED: ReadonlySet<string> = new Set([
  'cancelled',
  'failed',
  'trash',
  'checkout-draft',
  'auto-draft',
]);

/**
 * Reads a webhook. Its signature covers no time, so that a replay could not be recognized: whatever
 * its topic, it only causes the order to be read from the shop. Pure and total.
 */
export function readEvent({ headers, text }: ReceivedEvent): ShopEvent {
  const topic = headers['x-wc-webhook-topic'] ?? '';
  if (!topic.startsWith('order.')) {
    return { kind: 'ignored', reason: `the topic is "${topic.slice(0, 64)}"` };
  }
  const body = parseJsonOrNull(text)?.value;
  const id = isRecord(body) ? body['id'] : undefined;
  const isId = (typeof id === 'number' && Number.isSafeInteger(id)) || typeof id === 'string';
  if (!isId || !/^\d{1,20}$/.test(String(id))) {
    return { kind: 'unreadable', reason: 'the body has no order id' };
  }
  // Its delivery id is shared by all deliveries of a second.
  return { kind: 'changed', orderId: String(id), eventId: null };
}

/** Reads an order and its fulfilments; null: it is no order. Pure and total. */
export function parseOrder(
  value: unknown,
  fulfillments: readonly WooFulfillment[],
): ShopOrder | null {
  const read = wooOrder.safeParse(value);
  if (!read.success) return null;
  const { id, number, status = '', date_created_gmt: created, ...order } = read.data;
  const { billing, shipping } = order;
  return {
    id,
    number: number ?? id,
    orderedAtMs: Date.parse(`${created}Z`) || 0,
    isCancelled: NOT_SHIPPED.has(status),
    recipient: {
      name: nameOf(shipping) ?? nameOf(billing),
      email: billing?.email ?? null,
      phone: shipping?.phone ?? billing?.phone ?? null,
      // WooCommerce itself stores no language with an order.
      locale: customerLanguage(read.data),
    },
    destination: addressOf(shipping) ?? addressOf(billing),
    allowsMessages: true,
    items: itemsOf(order.line_items),
    parcels: [...pluginParcels(read.data), ...fulfillments.flatMap(fulfilledParcel)],
  };
}

type Person = WooOrder['billing'];

function nameOf(person: Person): string | null {
  return fullName(person?.first_name, person?.last_name);
}

/** Null without a place: the other address has one then. */
function addressOf(person: Person): ShopOrder['destination'] {
  if (!person?.country && !person?.postcode) return null;
  return {
    name: nameOf(person) ?? undefined,
    company: person.company,
    line1: person.address_1,
    line2: person.address_2,
    city: person.city,
    region: person.state,
    postal_code: person.postcode,
    country: person.country,
  };
}

function fulfilledParcel({ meta_data: metas }: WooFulfillment): ShopParcel[] {
  const trackingNumber = numberOf(metas);
  if (trackingNumber === null) return [];
  return [
    {
      trackingNumber,
      // Versions differ in the spelling.
      carrier: metaText(metas, '_shipping_provider') ?? metaText(metas, '_shipment_provider'),
      shippedAtMs: null,
    },
  ];
}

/** The tracking number of a fulfilment; null: none. */
export function numberOf(metas: WooFulfillment['meta_data']): string | null {
  return metaText(metas, '_tracking_number', looseWritten);
}

function metaText(
  metas: WooFulfillment['meta_data'],
  key: string,
  schema: typeof looseCode = looseCode,
): string | null {
  return schema.parse(metas.find((meta) => meta?.key === key)?.value) ?? null;
}
