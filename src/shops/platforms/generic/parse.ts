import {
  isRecord,
  looseBoolean,
  looseCode,
  looseNumber,
  looseText,
  looseWritten,
  parseJsonOrNull,
} from '../../../kernel/wire/loose.ts';
import type { ReceivedEvent, ShopEvent, ShopOrder } from '../../contract.ts';
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
  const textAt = (name: keyof GenericMapping) => looseText.parse(at(value, mapping[name]));
  const id = looseCode.parse(at(value, mapping.id));
  const orderedAtMs = instantOf(at(value, mapping.ordered_at));
  if (id === undefined || orderedAtMs === null) return null;
  const destination = {
    name: textAt('name'),
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
    allowsMessages: consentOf(at(value, mapping.allows_messages)),
    recipient: {
      name: textAt('name') ?? null,
      email: textAt('email') ?? null,
      phone: textAt('phone') ?? null,
      locale: textAt('locale') ?? null,
    },
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
  };
}

/** Given if nothing is written; null: what is written cannot be read. */
function consentOf(written: unknown): boolean | null {
  const isBlank = typeof written === 'string' && written.trim() === '';
  return isBlank || (written ?? null) === null ? true : (looseBoolean.parse(written) ?? null);
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
