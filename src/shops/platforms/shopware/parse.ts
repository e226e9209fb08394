import { z } from 'zod';
import {
  looseCode,
  looseList,
  looseObject,
  looseText,
  looseWritten,
} from '../../../kernel/wire/loose.ts';
import type { ShopOrder } from '../../contract.ts';
import { fullName, itemsOf, shopItem } from '../../order-parts.ts';

const ITEMS_MAX = 500;

const delivery = z.object({
  id: z.string(),
  createdAt: looseCode,
  trackingCodes: looseList(looseWritten, ITEMS_MAX),
  customFields: z.record(z.string(), z.unknown()).nullish().catch(null),
  shippingMethod: looseObject({ name: looseText, technicalName: looseText }),
  shippingOrderAddress: looseObject({
    firstName: looseText,
    lastName: looseText,
    company: looseText,
    street: looseText,
    additionalAddressLine1: looseText,
    zipcode: looseText,
    city: looseText,
    phoneNumber: looseText,
    country: looseObject({ iso: looseText }),
  }),
});

/** What is read of an order, with its associations. */
export const shopwareOrder = z.object({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  orderNumber: looseCode,
  orderDateTime: looseCode,
  stateMachineState: looseObject({ technicalName: looseCode }),
  orderCustomer: looseObject({
    firstName: looseText,
    lastName: looseText,
    email: looseText,
  }),
  language: looseObject({ locale: looseObject({ code: looseCode }) }),
  lineItems: looseList(shopItem.extend({ label: looseText }), ITEMS_MAX),
  deliveries: looseList(delivery, ITEMS_MAX),
});

/** Reads an order; null: it is none. Pure and total. */
export function parseOrder(value: unknown): ShopOrder | null {
  const read = shopwareOrder.safeParse(value);
  if (!read.success) return null;
  const { id, orderCustomer: customer, ...order } = read.data;
  const deliveries = order.deliveries.flatMap((each) => each ?? []);
  const to = deliveries[0]?.shippingOrderAddress;
  const name =
    fullName(to?.firstName, to?.lastName) ?? fullName(customer?.firstName, customer?.lastName);
  return {
    id,
    number: order.orderNumber ?? id,
    orderedAtMs: Date.parse(order.orderDateTime ?? '') || 0,
    isCancelled: order.stateMachineState?.technicalName === 'cancelled',
    recipient: {
      name,
      email: customer?.email ?? null,
      phone: to?.phoneNumber ?? null,
      locale: order.language?.locale?.code ?? null,
    },
    destination:
      to === undefined
        ? null
        : {
            name: name ?? undefined,
            company: to.company,
            line1: to.street,
            line2: to.additionalAddressLine1,
            city: to.city,
            postal_code: to.zipcode,
            country: to.country?.iso,
          },
    allowsMessages: true,
    items: itemsOf(order.lineItems.map((item) => item && { ...item, name: item.label })),
    parcels: deliveries.flatMap(({ trackingCodes, shippingMethod }) =>
      trackingCodes.flatMap((trackingNumber) =>
        trackingNumber === null
          ? []
          : // The shop stores no time of a code. Either name of the method may contain the carrier's.
            [{ trackingNumber, carrier: namesOf(shippingMethod), shippedAtMs: null }],
      ),
    ),
  };
}

function namesOf(method: z.output<typeof delivery>['shippingMethod']): string | null {
  return [method?.name, method?.technicalName].filter(Boolean).join(' ') || null;
}
