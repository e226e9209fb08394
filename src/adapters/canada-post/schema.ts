import { toPlainValue, type XmlElement } from '../../kernel/wire/xml.ts';
import { looseCode, looseList, looseObject, looseText, z } from '../sdk.ts';

/** Limit of events; real parcels have a few dozen. */
export const EVENTS_MAX = 500;
const MESSAGES_MAX = 20;
/** `maximum` is 50 at most. */
const OFFICES_MAX = 50;
/** Elements that may be repeated. */
const LISTS: ReadonlySet<string> = new Set(['message', 'occurrence', 'post-office']);

const occurrence = z.object({
  /** The code, with or without leading zeros. */
  'event-identifier': looseCode,
  /** YYYY-MM-DD */
  'event-date': looseCode,
  /** HH:MM:SS */
  'event-time': looseCode,
  /** `EST`, `PDT`, …; empty, or a country abroad. */
  'event-time-zone': looseCode,
  'event-description': looseText,
  /** A city; abroad an office and a country. */
  'event-site': looseText,
  'event-province': looseCode,
  'event-retail-name': looseText,
});

const trackingDetail = z.object({
  pin: looseCode,
  /** "1" when the history is available. */
  'active-exists': looseCode,
  'changed-expected-date': looseCode,
  'expected-delivery-date': looseCode,
  'destination-postal-id': looseCode,
  'service-name': looseText,
  'signature-image-exists': looseCode,
  'significant-events': looseObject({ occurrence: looseList(occurrence, EVENTS_MAX).optional() }),
});

const message = z.object({ code: looseCode, description: looseText });

const messages = z.object({
  message: looseList(message, MESSAGES_MAX).optional(),
});

const document = z.object({
  // Longer than any text.
  /** Base64. */
  image: z.string().optional().catch(undefined),
});

const postOffice = z.object({
  'office-id': looseCode,
  name: looseText,
  location: looseText,
  /** Kilometres. */
  distance: looseCode,
  address: looseObject({
    'office-address': looseText,
    city: looseText,
    province: looseCode,
    'postal-code': looseCode,
    latitude: looseCode,
    longitude: looseCode,
  }),
});

const postOfficeList = z.object({
  'post-office': looseList(postOffice, OFFICES_MAX).optional(),
});

export type TrackingDetail = z.output<typeof trackingDetail>;
export type Occurrence = z.output<typeof occurrence>;
export type PostOffice = z.output<typeof postOffice>;

/** Readers of documents. Each returns null if the document's root has another name. */
export const readDetail = reader('tracking-detail', trackingDetail);
export const readMessages = reader('messages', messages);
export const readSignature = reader('signature-image', document);
export const readCertificate = reader('delivery-confirmation-certificate', document);
export const readOffices = reader('post-office-list', postOfficeList);

function reader<Schema extends z.ZodType>(name: string, schema: Schema) {
  return (root: XmlElement | null): z.output<Schema> | null => {
    if (root?.name !== name) return null;
    // An element without child elements is read as its text; missing members are absent.
    const plain = root.children.length === 0 ? {} : toPlainValue(root, LISTS);
    const read = schema.safeParse(plain);
    return read.success ? read.data : null;
  };
}
