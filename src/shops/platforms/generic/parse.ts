import type { z } from 'zod';
import {
  isRecord,
  looseBoolean,
  looseCode,
  looseNumber,
  looseText,
  looseWritten,
  parseJsonOrNull,
} from '../../../kernel/wire/loose.ts';
import type { LeftOut, ReceivedEvent, ShopEvent, ShopOrder } from '../../contract.ts';
import { DEFAULT_MAPPING, type GenericMapping, readMapping } from './mapping.ts';

const ORDERS_MAX = 500;
const LIST_MAX = 500;

/** The header of bodies that the hub makes of rows; these are lists without the shop's names. */
export const ROWS_HEADER = 'waybill-rows';
const OF_ROWS: GenericMapping = { ...DEFAULT_MAPPING, orders: 'orders' };

/** Reads orders from a signed body by the shop's mapping. Pure and total. */
export function readEvent({ headers, text, settings }: ReceivedEvent): ShopEvent {
  const isOfRows = headers[ROWS_HEADER] !== undefined;
  const read = isOfRows ? { mapping: OF_ROWS } : readMapping(settings.mapping);
  if ('fault' in read) return { kind: 'unreadable', reason: `the mapping: ${read.fault}` };
  const { mapping } = read;
  const body = parseJsonOrNull(text);
  if (body === null) return { kind: 'unreadable', reason: 'the body is not JSON' };
  const found = mapping.orders === undefined ? [body.value] : at(body.value, mapping.orders);
  if (!Array.isArray(found)) return { kind: 'unreadable', reason: 'the orders are no list' };
  if (found.length > ORDERS_MAX) {
    return { kind: 'unreadable', reason: `it has more than ${ORDERS_MAX} orders` };
  }
  const orders = found.map((each) => orderOf(each, mapping));
  const missing = orders.indexOf(null);
  if (missing >= 0) {
    const which = `order ${missing + 1}`;
    return { kind: 'unreadable', reason: `${which} lacks ${mapping.id} or ${mapping.ordered_at}` };
  }
  const sentAtMs = Number(headers['webhook-timestamp']) * 1_000;
  return { kind: 'orders', sentAtMs, orders: orders.flatMap((order) => order ?? []) };
}

/** Null: it has no id or time. */
function orderOf(value: unknown, mapping: GenericMapping): ShopOrder | null {
  const leftOut: LeftOut[] = [];
  function read<T>(name: keyof GenericMapping, schema: z.ZodType<T>, kind: string) {
    const written = at(value, mapping[name]);
    const found = schema.parse(written);
    const isLost = found === undefined && isSomething(written);
    if (isLost) leftOut.push(unusable(DEFAULT_MAPPING[name], kind));
    return { found, isLost };
  }
  const textAt = (name: keyof GenericMapping) => read(name, looseText, 'string').found;
  const id = looseCode.parse(at(value, mapping.id));
  const orderedAtMs = instantOf(at(value, mapping.ordered_at));
  if (id === undefined || orderedAtMs === null) return null;
  const consent = read('allows_messages', looseBoolean, 'boolean');
  const recipient = {
    name: textAt('name') ?? null,
    email: textAt('email') ?? null,
    phone: textAt('phone') ?? null,
    locale: textAt('locale') ?? null,
  };
  const destination = {
    name: recipient.name ?? undefined,
    line1: textAt('line1'),
    line2: textAt('line2'),
    city: textAt('city'),
    region: textAt('region'),
    postal_code: textAt('postal_code'),
    country: textAt('country'),
  };
  return {
    id,
    number: looseCode.parse(at(value, mapping.number)) ?? id,
    orderedAtMs,
    isCancelled: looseBoolean.parse(at(value, mapping.cancelled)) ?? false,
    // Nobody gets messages whose consent cannot be read.
    allowsMessages: consent.found ?? !consent.isLost,
    recipient,
    destination,
    items: listAt(value, mapping.items).map((item, index) => ({
      id: looseCode.parse(at(item, mapping.item_id)) ?? String(index + 1),
      name: looseText.parse(at(item, mapping.item_name)) ?? '',
      quantity: looseNumber.parse(at(item, mapping.item_quantity)) ?? 1,
    })),
    parcels: listAt(value, mapping.parcels).flatMap((parcel) => {
      const trackingNumber = looseWritten.parse(at(parcel, mapping.tracking_number));
      if (trackingNumber === undefined) return [];
      const carrier = looseCode.parse(at(parcel, mapping.carrier)) ?? null;
      const shippedAtMs = instantOf(at(parcel, mapping.shipped_at));
      return [{ trackingNumber, carrier, shippedAtMs }];
    }),
    ...(leftOut.length > 0 && { leftOut }),
  };
}

/** Whether a member has content; some languages write `false` and `[]` where there is none. */
function isSomething(written: unknown): boolean {
  if (typeof written !== 'object')
    return written === true || looseText.parse(written) !== undefined;
  return written !== null && !(Array.isArray(written) && written.length === 0);
}

function unusable(field = '', wanted: string): LeftOut {
  return { field, reason: 'values.unusable', fix: { 'values.sendKind': { wanted } } };
}

/** The value at a path; undefined: there is none. */
function at(value: unknown, path: string | undefined): unknown {
  let found = value;
  for (const name of path?.split('.') ?? []) {
    if (!isRecord(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found.slice(0, LIST_MAX) : [];
}

/** An ISO 8601 time with its offset, in epoch ms; null: it is none. */
export function instantOf(value: unknown): number | null {
  const isInstant =
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]{5,12}(Z|[+-]\d\d:\d\d)$/.test(value);
  const ms = isInstant ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
