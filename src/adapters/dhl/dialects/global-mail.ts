import { z } from 'zod';
import { looseCode, looseList, looseText } from '../../../kernel/wire/loose.ts';
import { plainOf, type XmlElement, xmlOrNull } from '../../../kernel/wire/xml.ts';
import { EVENTS_MAX } from '../reading/facts.ts';
import { readAmericas } from './americas.ts';
import { nothing, type ReadShipment } from './read-shipment.ts';

const LISTS: ReadonlySet<string> = new Set(['event']);

const event = z.object({
  code: looseCode,
  date: looseCode,
  time: looseCode,
  city: looseText,
  state: looseText,
  postalcode: looseCode,
  country: looseText,
  description: looseText,
});

const shipment = z.object({
  trackingnumber: looseCode,
  event: looseList(event, EVENTS_MAX),
});

type Event = z.output<typeof event>;

/**
 * The shipments of an answer of Global Mail, as DHL eCommerce Americas was called until 2014 and its
 * web service for longer; none: it found nothing. Null when `text` is no such answer. Shape after
 * answers that public clients keep; unverified.
 */
export function globalMailShipments(text: string): readonly XmlElement[] | null {
  const root = xmlOrNull(text);
  if (root?.name !== 'track') return null;
  const shipments = root.children.filter(({ name }) => name === 'shipment');
  const isAnswer = shipments.length > 0 || root.children.some(({ name }) => name === 'error');
  return isAnswer ? shipments : null;
}

/** In the members of eCommerce Americas v4, whose event ids it shares. */
export function readGlobalMail(element: XmlElement, asked: string | undefined): ReadShipment {
  const parsed = shipment.safeParse(plainOf(element, LISTS));
  if (!parsed.success) return nothing('an empty shipment');
  const { trackingnumber, event: events } = parsed.data;
  return readAmericas(
    {
      package: { trackingId: trackingnumber },
      events: events.map((one) => (one === null ? null : eventOf(one))),
    },
    asked,
  );
}

function eventOf(given: Event): Record<string, unknown> {
  const [, clock = '', zone = ''] =
    /^(\d{1,2}:\d{2} ?[AP]M)(?: ([A-Z]{2,3}))?$/i.exec(given.time ?? '') ?? [];
  return {
    primaryEventId: given.code,
    primaryEventDescription: given.description,
    date: isoDateOf(given.date ?? ''),
    time: clockOf(clock),
    timeZone: zone === '' ? undefined : zone,
    location: [given.city, given.state, given.country]
      .filter((part) => part !== undefined)
      .join(', '),
    postalCode: given.postalcode,
    country: given.country,
  };
}

/** `1/17/2017`, the month first. */
function isoDateOf(date: string): string | undefined {
  const found = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(date);
  if (found === null) return undefined;
  const [, month = '', day = '', year = ''] = found;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

/** `12:26 PM`. */
function clockOf(clock: string): string | undefined {
  const found = /^(\d{1,2}):(\d{2}) ?([AP])M$/i.exec(clock);
  if (found === null) return undefined;
  const [, hour = '', minute = '', half = ''] = found;
  const hours = (Number(hour) % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  return `${String(hours).padStart(2, '0')}:${minute}:00`;
}
