import { plainOf, type XmlElement } from '../../kernel/wire/xml.ts';
import { type Loose, looseCode, looseList, looseObject, looseText, z } from '../sdk.ts';
import type { components } from './wire.gen.ts';

type Wire = components['schemas'];

/** Real parcels have a few dozen events. */
export const EVENTS_MAX = 500;
const MESSAGES_MAX = 20;
/** `maximum` is 50 at most. */
const OFFICES_MAX = 50;
/** Elements that may be repeated. */
const LISTS: ReadonlySet<string> = new Set(['message', 'occurrence', 'post-office']);

const occurrence = z.object({
  'event-identifier': looseCode,
  'event-date': looseCode,
  'event-time': looseCode,
  'event-time-zone': looseCode,
  'event-description': looseText,
  'event-site': looseText,
  'event-province': looseCode,
  'event-retail-name': looseText,
}) satisfies z.ZodType<Loose<Wire['Occurrence']>>;

const trackingDetail = z.object({
  pin: looseCode,
  'active-exists': looseCode,
  'changed-expected-date': looseCode,
  'expected-delivery-date': looseCode,
  'destination-postal-id': looseCode,
  'service-name': looseText,
  'signature-image-exists': looseCode,
  'significant-events': looseObject({ occurrence: looseList(occurrence, EVENTS_MAX).optional() }),
}) satisfies z.ZodType<Loose<Wire['TrackingDetail']>>;

const message = z.object({ code: looseCode, description: looseText }) satisfies z.ZodType<
  Loose<Wire['Message']>
>;

const messages = z.object({
  message: looseList(message, MESSAGES_MAX).optional(),
}) satisfies z.ZodType<Loose<Wire['Messages']>>;

const document = z.object({
  // Longer than any text.
  image: z.string().optional().catch(undefined),
}) satisfies z.ZodType<Loose<Wire['Document']>>;

const postOffice = z.object({
  'office-id': looseCode,
  name: looseText,
  location: looseText,
  distance: looseCode,
  address: looseObject({
    'office-address': looseText,
    city: looseText,
    province: looseCode,
    'postal-code': looseCode,
    latitude: looseCode,
    longitude: looseCode,
  }),
}) satisfies z.ZodType<Loose<Wire['PostOffice']>>;

const postOfficeList = z.object({
  'post-office': looseList(postOffice, OFFICES_MAX).optional(),
}) satisfies z.ZodType<Loose<Wire['PostOfficeList']>>;

export type TrackingDetail = z.output<typeof trackingDetail>;
export type Occurrence = z.output<typeof occurrence>;
export type PostOffice = z.output<typeof postOffice>;
export type Message = z.output<typeof message>;

/** Each is null where the document's root has another name. */
export const readDetail = reader('tracking-detail', trackingDetail);
export const readMessages = reader('messages', messages);
export const readSignature = reader('signature-image', document);
export const readCertificate = reader('delivery-confirmation-certificate', document);
export const readOffices = reader('post-office-list', postOfficeList);

function reader<Schema extends z.ZodType>(name: string, schema: Schema) {
  return (root: XmlElement | null): z.output<Schema> | null => {
    if (root?.name !== name) return null;
    // An element without elements stands as its text; what it lacks is absent.
    const plain = root.children.length === 0 ? {} : plainOf(root, LISTS);
    const read = schema.safeParse(plain);
    return read.success ? read.data : null;
  };
}
