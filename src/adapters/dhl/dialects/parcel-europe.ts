import { z } from 'zod';
import {
  isRecord,
  looseCode,
  looseList,
  looseObject,
  looseText,
} from '../../../kernel/wire/loose.ts';
import { toPlainValue, type XmlElement } from '../../../kernel/wire/xml.ts';
import { EVENTS_MAX } from '../facts.ts';
import { normalize } from '../numbers.ts';
import { type Failure, plausibleNumber, type ReadShipment, unusable } from './read-shipment.ts';
import { readUnified } from './unified.ts';

export const DHL24_RESULT = 'getTrackAndTraceInfoResult';
/** How deep the result may be nested: in envelope, body and response. */
const WRAPPERS_MAX = 3;
const LISTS: ReadonlySet<string> = new Set(['item']);

const stage = z.object({
  status: looseCode,
  description: looseText,
  terminal: looseText,
  timestamp: looseCode,
});

const result = z.object({
  shipmentId: looseCode,
  events: z
    .object({ item: looseList(stage, EVENTS_MAX) })
    .optional()
    .catch(undefined),
});

/**
 * Returns the result of `getTrackAndTraceInfo` of DHL24 WebAPI v2 (dhl24.com.pl, read 2026-11-20),
 * the SOAP service of Parcel Poland. Null for anything else.
 */
export function dhl24Result(root: XmlElement): unknown {
  let element: XmlElement | undefined = root;
  for (let i = 0; i < WRAPPERS_MAX && element && element.name !== DHL24_RESULT; i += 1) {
    element = element.children.at(-1);
  }
  return element?.name === DHL24_RESULT ? toPlainValue(element, LISTS) : null;
}

/**
 * Returns the failure in a SOAP fault of DHL24; null for anything else. Fault 100 refuses the
 * account (tests of karrioapi/karrio, modules/connectors/dhl_poland, read 2026-11-28). Its text is
 * not repeated.
 */
export function dhl24Fault(root: XmlElement): Failure | null {
  const fault = root.name === 'Envelope' ? root.children.at(-1)?.children[0] : undefined;
  if (fault?.name !== 'Fault') return null;
  const code = fault.children.find(({ name }) => name === 'faultcode')?.text.trim();
  return code === '100'
    ? { outcome: 'auth_error', reason: 'the account was refused (fault 100)' }
    : { outcome: 'error', reason: 'the query failed' };
}

/**
 * Reads a result of DHL24 as members of Unified's `parcel-pl`, whose codes its stages share. Times
 * are those of the depot. The recipient is named next to them and not read.
 */
export function readDhl24(
  given: unknown,
  isPull: boolean,
  requested: string | undefined,
): ReadShipment {
  const parsed = result.safeParse(given);
  if (!parsed.success) return unusable('an empty result');
  const { shipmentId: id, events } = parsed.data;
  const listed = (events?.item ?? []).map((one) =>
    one === null
      ? null
      : {
          timestamp: one.timestamp?.replace(' ', 'T'),
          status: one.status,
          description: one.description,
          location: { address: { addressLocality: one.terminal } },
        },
  );
  if (listed.length > 0) {
    return readUnified({ id, service: 'parcel-pl', events: listed }, isPull, requested);
  }
  const trackingNumber = plausibleNumber(normalize(id ?? ''));
  if (trackingNumber === null) return unusable('no shipmentId');
  const reason = 'the shipment is known and has no event yet';
  return { report: null, miss: { trackingNumber, outcome: 'not_yet', reason }, warnings: [] };
}

const PHASES_MAX = 20;

const event = z.object({ key: looseCode, status: looseCode, timestamp: looseCode });
const events = looseList(event, EVENTS_MAX);

/**
 * A phase of a parcel. One without a list of events cannot be read; one that has not come yet has
 * an empty list.
 */
const phase = z
  .object({ events: z.array(z.unknown()) })
  .transform((entry) => events.parse(entry.events));

/** The phases. Null represents one that was not read, including all beyond the largest number. */
const phases = z
  .array(z.unknown())
  .transform((list) => [...list.slice(0, PHASES_MAX), ...(list.length > PHASES_MAX ? [null] : [])])
  .transform((list) => list.map((entry) => phase.safeParse(entry).data ?? null))
  .optional()
  .catch(undefined);

const parcel = z.object({
  barcode: looseCode,
  events,
  view: looseObject({ phases }),
});

/**
 * Whether `value` is a parcel of the track-trace of Parcel EU (BE – LU – NL, api-gw.dhlparcel.nl),
 * which answers with a list of them. The shape is that of answers stored by public clients;
 * unverified.
 */
export function isNlParcel(value: unknown): boolean {
  return isRecord(value) && 'barcode' in value && ('view' in value || 'events' in value);
}

/** Reads such a parcel as members of Unified's `parcel-nl`, whose codes its events share. */
export function readNlParcel(
  raw: unknown,
  isPull: boolean,
  requested: string | undefined,
): ReadShipment {
  const parsed = parcel.safeParse(raw);
  if (!parsed.success) return unusable('not an object');
  const { barcode, view, events: own } = parsed.data;
  // Phases repeat the events, if they are listed at all.
  const listed = own.length > 0 ? own : (view?.phases ?? []).flatMap((entry) => entry ?? [null]);
  return readUnified(
    {
      id: barcode,
      service: 'parcel-nl',
      events: listed.map((one) =>
        one === null ? null : { timestamp: one.timestamp, status: one.key ?? one.status },
      ),
    },
    isPull,
    requested,
  );
}
