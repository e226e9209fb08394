import { z } from 'zod';
import type { Registry } from '../../../adapters/index.ts';
import { Problem } from '../../../kernel/errors.ts';
import { countryOfAlpha3 } from '../../../kernel/places/country-codes.ts';
import type { Personal } from '../../../tracking/ports/shipments.ts';
import {
  type CreateShipment,
  createShipment,
  type PatchShipment,
  shipmentChange,
} from '../../api/shipments/input-schema.ts';
import { parseBody } from '../../kit/validation.ts';
import { requiredCarrier } from './carriers.ts';
import {
  changedMetadata,
  type Metadata,
  OWN_FIELDS,
  type OwnField,
  ownField,
} from './own-fields.ts';
import { oursToTheirs } from './pointers.ts';

const textOrNull = z.string().nullish();
const PLACE_MEMBERS = ['country_region', 'state', 'city', 'postal_code', 'raw_location'] as const;
type PlaceMember = (typeof PLACE_MEMBERS)[number];

/** AfterShip allows three. */
const CUSTOMERS_MAX = 3;

const placeMembers = <Name extends string>(name: Name) =>
  Object.fromEntries(PLACE_MEMBERS.map((member) => [`${name}_${member}`, textOrNull])) as Record<
    `${Name}_${PlaceMember}`,
    typeof textOrNull
  >;

const ownMembers = Object.fromEntries(OWN_FIELDS.map((field) => [field, textOrNull])) as Record<
  OwnField,
  typeof textOrNull
>;

const given = {
  ...ownMembers,
  ...placeMembers('origin'),
  ...placeMembers('destination'),
  slug: textOrNull,
  order_id: textOrNull,
  custom_fields: z.record(z.string(), z.unknown()).nullish(),
  language: textOrNull,
  order_promised_delivery_date: z
    .object({
      promised_delivery_date: textOrNull,
      promised_delivery_date_min: textOrNull,
      promised_delivery_date_max: textOrNull,
    })
    .nullish(),
  shipment_type: textOrNull,
  customers: z
    .array(
      z.object({
        role: textOrNull,
        name: textOrNull,
        phone_number: textOrNull,
        email: textOrNull,
        language: textOrNull,
      }),
    )
    .max(CUSTOMERS_MAX)
    .nullish(),
};

/**
 * The body of a new tracking. Members that the hub does not need, such as `tracking_key`, are
 * accepted and not stored; docs/compat/aftership.md lists them.
 */
export const newTracking = z.object({
  ...given,
  id: z.string().min(1).max(64).nullish(),
  tracking_number: z.string().min(1),
  shipment_tags: z.array(z.string()).nullish(),
});
export type NewTracking = z.output<typeof newTracking>;

/** The body of a change; absent members stay unchanged. */
export const trackingChange = z.object(given);
type TrackingChange = z.output<typeof trackingChange>;

/** What a change builds upon. */
export interface KnownParcel {
  readonly metadata: Metadata;
  readonly orderIds: readonly string[];
  readonly personal: Personal;
}

const NOTHING_KNOWN: KnownParcel = {
  metadata: {},
  orderIds: [],
  personal: { recipient: null, origin: null, destination: null },
};

/**
 * Converts the body of a new tracking to a registration, as `POST /v1/shipments` accepts it. Throws
 * a 400 that names AfterShip's member for anything that the hub cannot store.
 */
export function toRegistration(
  registry: Registry,
  sent: NewTracking,
): CreateShipment & { readonly tracking_number: string } {
  const carrier = sent.slug ? requiredCarrier(registry, sent.slug).manifest.name : undefined;
  const wanted = {
    ...membersOf(sent, NOTHING_KNOWN),
    tracking_number: sent.tracking_number,
    ...(carrier === undefined ? {} : { carrier }),
    ...(sent.shipment_tags ? { tags: sent.shipment_tags } : {}),
  };
  return { ...parseOurs(createShipment, wanted), tracking_number: sent.tracking_number };
}

/** Converts the body of a change, as `PATCH /v1/shipments/{id}` accepts it; null: none is left. */
export function toChange(sent: TrackingChange, known: KnownParcel): PatchShipment | null {
  const change = membersOf(sent, known);
  return Object.keys(change).length === 0 ? null : parseOurs(shipmentChange, change);
}

function parseOurs<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  try {
    return parseBody(schema, value);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, errors } = error;
    const theirs = errors.map((item) => ({ ...item, pointer: oursToTheirs(item.pointer) }));
    const [first = { pointer: '', reason: 'values.unusable' as const }] = theirs;
    const detail = {
      'values.atPointer': { pointer: first.pointer, reason: { text: first.reason } },
    };
    throw new Problem(code, detail, { errors: theirs });
  }
}

/** The members of ours that a body sets. */
function membersOf(sent: TrackingChange, known: KnownParcel): Record<string, unknown> {
  const members: Record<string, unknown> = {
    order_ids: orderIdsOf(sent, known),
    metadata: metadataOf(sent, known),
    service_level: sent.shipment_type,
    promised_date: promisedDate(sent.order_promised_delivery_date),
    recipient: recipientOf(sent, known.personal.recipient),
    origin: placeOf(sent, 'origin', known.personal.origin),
    destination: placeOf(sent, 'destination', known.personal.destination),
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** The order's id comes first, then other ids, then the number that people know. */
function orderIdsOf(
  { order_id: id, order_number: number }: TrackingChange,
  { orderIds, metadata }: KnownParcel,
): string[] | undefined {
  if (id === undefined && number === undefined) return undefined;
  const numberBefore = ownField(metadata, 'order_number');
  const [idBefore, ...others] = orderIds.filter((each) => each !== numberBefore);
  const all = [
    id === undefined ? idBefore : id,
    ...others,
    number === undefined ? numberBefore : number,
  ];
  return [...new Set(all.flatMap((each) => each || []))];
}

function metadataOf(
  sent: TrackingChange,
  { metadata }: KnownParcel,
): Record<string, unknown> | undefined {
  const { custom_fields: custom } = sent;
  const isUntouched = OWN_FIELDS.every((field) => sent[field] === undefined);
  if (isUntouched && custom === undefined) return undefined;
  // Their values are checked with the rest, so that an unusable one is named.
  const values = Object.entries(custom ?? {}).filter(([, value]) => value !== null);
  const fields = custom === undefined ? undefined : (Object.fromEntries(values) as Metadata);
  return changedMetadata(metadata, sent, fields);
}

const DATE_CHARS = '2026-03-10'.length;

/** The promised day; of a range, the last one. */
function promisedDate(
  sent: TrackingChange['order_promised_delivery_date'],
): string | null | undefined {
  if (sent === undefined || sent === null) return sent;
  const { promised_delivery_date: day, promised_delivery_date_max: last } = sent;
  return (day || last)?.slice(0, DATE_CHARS) ?? null;
}

/** The receiver among the customers, else the first of them. */
function recipientOf(
  { customers, language }: TrackingChange,
  before: Personal['recipient'],
): Record<string, unknown> | null | undefined {
  if (customers === undefined || customers === null) {
    if (language === undefined) return customers;
    return { ...before, locale: language };
  }
  const person = customers.find(({ role }) => role === 'receiver') ?? customers[0];
  if (person === undefined) return language ? { locale: language } : null;
  return {
    name: person.name || null,
    email: person.email || null,
    phone: person.phone_number || null,
    locale: person.language || language || null,
  };
}

const ADDRESS_MEMBERS: Readonly<Record<PlaceMember, string>> = {
  country_region: 'country',
  state: 'region',
  city: 'city',
  postal_code: 'postal_code',
  raw_location: 'line1',
};

function placeOf(
  sent: TrackingChange,
  name: 'origin' | 'destination',
  before: Personal['origin'],
): Record<string, unknown> | undefined {
  const changes = PLACE_MEMBERS.flatMap((member) => {
    const value = sent[`${name}_${member}`];
    if (value === undefined) return [];
    const text = value || null;
    return [[ADDRESS_MEMBERS[member], member === 'country_region' ? countryOf(text) : text]];
  });
  return changes.length === 0 ? undefined : { ...before, ...Object.fromEntries(changes) };
}

/** Two letters for AfterShip's three; anything else stays, and is refused with its member's name. */
export function countryOf(text: string | null): string | null {
  return text && (countryOfAlpha3(text.toUpperCase()) ?? text);
}
