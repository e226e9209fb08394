import { parse } from 'yaml';
import { z } from 'zod';

/** Where something is: names of members, with dots between them. */
const path = z.string().regex(/^[^.\s]{1,64}(\.[^.\s]{1,64}){0,7}$/);

/**
 * Where a shop's bodies have what. A body without a mapping has these names itself. `orders` is a
 * list of orders in the body; absent, the body is one order.
 */
const mappingSchema = z
  .strictObject({
    orders: path.optional(),
    id: path.default('id'),
    number: path.default('number'),
    ordered_at: path.default('ordered_at'),
    cancelled: path.default('cancelled'),
    allows_messages: path.default('allows_messages'),
    name: path.default('recipient.name'),
    email: path.default('recipient.email'),
    phone: path.default('recipient.phone'),
    locale: path.default('recipient.locale'),
    line1: path.default('destination.line1'),
    line2: path.default('destination.line2'),
    city: path.default('destination.city'),
    region: path.default('destination.region'),
    postal_code: path.default('destination.postal_code'),
    country: path.default('destination.country'),
    items: path.default('items'),
    item_id: path.default('id'),
    item_name: path.default('name'),
    item_quantity: path.default('quantity'),
    parcels: path.default('parcels'),
    tracking_number: path.default('tracking_number'),
    carrier: path.default('carrier'),
    shipped_at: path.default('shipped_at'),
  })
  .prefault({});
export type GenericMapping = z.output<typeof mappingSchema>;

/** Of a body without a mapping. */
export const DEFAULT_MAPPING: GenericMapping = mappingSchema.parse(undefined);

/** Reads a mapping in YAML; otherwise returns what is wrong with it. Pure. */
export function readMapping(
  yaml: string | undefined,
): { readonly mapping: GenericMapping } | { readonly fault: string } {
  let value: unknown;
  try {
    // Aliases could make a small text huge.
    value = yaml === undefined ? {} : (parse(yaml, { maxAliasCount: 0 }) ?? {});
  } catch (error) {
    return { fault: error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'no YAML' };
  }
  const read = mappingSchema.safeParse(value);
  if (read.success) return { mapping: read.data };
  const [issue] = read.error.issues;
  return { fault: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` };
}
