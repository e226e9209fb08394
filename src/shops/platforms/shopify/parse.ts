import { isRecord, parseJsonOrNull } from '../../../kernel/wire/loose.ts';
import type { ReceivedEvent, ShopEvent, ShopOrder } from '../../contract.ts';
import { itemsOf } from '../../order-parts.ts';
import { type ShopifyFulfillment, shopifyOrder } from './schema.ts';

/**
 * Reads a webhook. Its signature covers no time, so that it only causes the order to be read from
 * the shop; demands to erase are obeyed at once. Pure and total.
 */
export function readEvent({ headers, text, shopUrl }: ReceivedEvent): ShopEvent {
  const topic = headers['x-shopify-topic'] ?? '';
  const body = parseJsonOrNull(text)?.value;
  if (!isRecord(body)) return { kind: 'unreadable', reason: 'the body is no JSON object' };
  if (topic === 'customers/redact' || topic === 'shop/redact') {
    // The header that names the shop is not signed, but this is.
    if (body['shop_domain'] !== new URL(shopUrl).hostname) {
      return { kind: 'ignored', reason: 'it is about another shop' };
    }
    const ids = topic === 'shop/redact' ? null : idsIn(body['orders_to_redact']);
    return { kind: 'erase', orderIds: ids };
  }
  const name = topic.startsWith('orders/') ? 'id' : 'order_id';
  if (!topic.startsWith('orders/') && !topic.startsWith('fulfillments/')) {
    return { kind: 'ignored', reason: `the topic is "${topic.slice(0, 64)}"` };
  }
  const [orderId] = idsIn([body[name]]);
  if (orderId === undefined) return { kind: 'unreadable', reason: `the body has no ${name}` };
  const id = headers['x-shopify-event-id'] ?? headers['x-shopify-webhook-id'];
  return { kind: 'changed', orderId, eventId: id === undefined ? null : `${topic} ${id}` };
}

function idsIn(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.map(String).filter((id) => /^\d{1,20}$/.test(id));
}

/** Reads an order of the GraphQL Admin API; null: it is none. Pure and total. */
export function parseOrder(value: unknown): ShopOrder | null {
  const read = shopifyOrder.safeParse(value);
  if (!read.success) return null;
  const { legacyResourceId: id, name, shippingAddress: to, ...order } = read.data;
  return {
    id,
    number: name ?? id,
    orderedAtMs: Date.parse(order.createdAt ?? '') || 0,
    isCancelled: order.cancelledAt !== undefined,
    recipient: {
      name: to?.name ?? null,
      email: order.email ?? null,
      phone: to?.phone ?? order.phone ?? null,
      locale: order.customerLocale ?? null,
    },
    destination:
      to === undefined
        ? null
        : {
            name: to.name,
            company: to.company,
            line1: to.address1,
            line2: to.address2,
            city: to.city,
            region: to.provinceCode,
            postal_code: to.zip,
            country: to.countryCodeV2,
          },
    allowsMessages: true,
    items: itemsOf(order.lineItems?.nodes ?? []).map((item) => ({ ...item, id: idIn(item.id) })),
    parcels: order.fulfillments.flatMap((fulfillment) =>
      numbersOf(fulfillment).map(({ number, company }) => ({
        trackingNumber: number,
        carrier: company ?? null,
        shippedAtMs: Date.parse(fulfillment?.createdAt ?? '') || null,
      })),
    ),
  };
}

/** Of a global id such as `gid://shopify/LineItem/1`. */
function idIn(gid: string): string {
  return gid.slice(gid.lastIndexOf('/') + 1);
}

/** Fulfilments in these states were never shipped. */
const NOT_SHIPPED: ReadonlySet<string | undefined> = new Set(['CANCELLED', 'ERROR', 'FAILURE']);

/** Returns the tracking numbers of a fulfilment, each as the shop has it. */
export function numbersOf(fulfillment: ShopifyFulfillment | null) {
  if (fulfillment === null || NOT_SHIPPED.has(fulfillment.status)) return [];
  return fulfillment.trackingInfo.flatMap((info) =>
    info?.number === undefined ? [] : [{ ...info, number: info.number }],
  );
}
