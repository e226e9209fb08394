import { z } from 'zod';

/** What people do in a shop, the same on every platform. Ids are the platform's own, in decimals. */
export interface SandboxShop {
  /** A customer buys something. */
  place(wanted: OrderWanted): ShopOrder;
  /** The merchant ships all or some of the items. Returns null when there is no such order. */
  fulfil(orderId: number, wanted: FulfilmentWanted): ShopFulfilment | null;
  /** The merchant corrects the order, or the numbers of its last fulfilment. */
  edit(orderId: number, change: OrderEdit): ShopOrder | null;
  cancel(orderId: number): ShopOrder | null;
  remove(orderId: number): ShopOrder | null;
  orders(): readonly ShopOrder[];
  /** What clients wrote, the newest last. */
  writes(): readonly ShopWrite[];
  /** The platform's switches by name; `set` returns them all, or null for an unknown name. */
  set(change: Readonly<Record<string, boolean>>): Readonly<Record<string, boolean>> | null;
  /** The platform asks the shop's apps for a person's data, or to erase it; absent: it never does. */
  privacy?(topic: string, order: ShopOrder | null): void;
}

const TEXT_MAX = 200;
const text = z.string().max(TEXT_MAX);
const instant = z
  .union([z.number(), z.iso.datetime({ offset: true })])
  .transform((value) => (typeof value === 'number' ? value : Date.parse(value)));
const item = z.strictObject({
  sku: text,
  name: text.default('Enamel mug'),
  quantity: z.int().positive().default(1),
  price: z.number().nonnegative().default(14.9),
});
const person = {
  name: text.default('Alex Example'),
  email: text.default('alex@example.com'),
  phone: text.default('+49 30 5550100'),
  street: text.default('Invalidenstraße 1'),
  city: text.default('Berlin'),
  postcode: text.default('10115'),
  country: z.string().length(2).default('DE'),
};
export const NUMBERS = z.array(
  z.strictObject({ number: text, carrier: text.default(''), url: text.default('') }),
);

export const ORDER_WANTED = z.strictObject({
  ...person,
  /** Such as `de-DE`, on platforms whose orders have a language. */
  locale: text.default('en-GB'),
  items: z
    .array(item)
    .min(1)
    .prefault([{ sku: 'MUG-1' }]),
  /** What the checkout asked besides, such as consent to messages. */
  attributes: z.record(z.string(), text).default({}),
  /** When it was placed; absent: now. */
  at: instant.optional(),
});
export const FULFILMENT_WANTED = z.strictObject({
  numbers: NUMBERS.default([]),
  /** Absent: all items that are left. */
  items: z.array(z.strictObject({ sku: text, quantity: z.int().positive() })).optional(),
});
export const ORDER_EDIT = z
  .strictObject({ email: text, phone: text, street: text, postcode: text, numbers: NUMBERS })
  .partial();

export type OrderWanted = z.input<typeof ORDER_WANTED>;
export type FulfilmentWanted = z.input<typeof FULFILMENT_WANTED>;
export type OrderEdit = z.input<typeof ORDER_EDIT>;

export interface ShopOrder extends Omit<z.output<typeof ORDER_WANTED>, 'at' | 'items'> {
  readonly id: number;
  readonly items: readonly (z.output<typeof item> & { readonly id: number })[];
  readonly createdAtMs: number;
  updatedAtMs: number;
  cancelledAtMs: number | null;
  readonly fulfilments: ShopFulfilment[];
}

export interface ShopFulfilment {
  readonly id: number;
  readonly items: readonly { readonly id: number; readonly quantity: number }[];
  numbers: z.output<typeof NUMBERS>;
  readonly createdAtMs: number;
  updatedAtMs: number;
}

export interface ShopWrite {
  readonly atMs: number;
  readonly orderId: number;
  /** The platform's name of what was written, such as `order` or `fulfillmentEventCreate`. */
  readonly what: string;
  readonly body: unknown;
}
