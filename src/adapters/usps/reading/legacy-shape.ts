import { wallClockMs } from '../../../kernel/time/place-time.ts';
import { schema } from '../schema.ts';
import { clockOf } from './estimate.ts';
import { eventOfDetail, eventOfSummary } from './sentences.ts';

/**
 * The answer of 2022 (`TrackResults.TrackInfo`, after USPS/api-examples), and the older one of the
 * Web Tools (`TrackResponse`), respelled as today's, so that one reader serves all. Null when `body`
 * is no such answer. `TrackSummary` is the newest event, or, in the SUMMARY form, one sentence
 * without a code.
 */
export function modernShape(body: unknown): readonly Record<string, unknown>[] | null {
  const results = member(body, 'TrackResults') ?? member(body, 'TrackResponse') ?? body;
  const info = member(results, 'TrackInfo');
  if (info === undefined || info === null) return null;
  return asList(info).flatMap((one) => (isRecord(one) ? [modernDetail(withoutLists(one))] : []));
}

/** A whole query of the Web Tools that failed: about no number. */
export function isFailedQuery(body: unknown): boolean {
  return isRecord(member(member(body, 'TrackResponse'), 'Error'));
}

function modernDetail(info: Record<string, unknown>): Record<string, unknown> {
  const summary = info['TrackSummary'];
  const sentences = [summary, ...asList(info['TrackDetail'])].filter(
    (one) => typeof one === 'string',
  );
  const said = typeof summary === 'string' ? eventOfSummary(summary) : null;
  const events = [
    ...(said === null || said === 'missing' ? [] : [said]),
    ...[summary, ...asList(info['TrackDetail'])].flatMap((one, i) => eventIn(one, i > 0)),
  ].map(modernEvent);
  const error = said === 'missing' ? {} : member(info, 'Error');
  return {
    trackingNumber: numberOf(info),
    status: info['Status'],
    statusCategory: info['StatusCategory'],
    statusSummary: info['StatusSummary'],
    mailClass: info['Class'],
    uniqueMailPieceID: info['MPSUFFIX'],
    mailPieceIntakeDate: info['MPDATE'],
    proofOfDeliveryEnabled: info['PodEnabled'],
    originCity: info['OriginCity'],
    originState: info['OriginState'],
    originZIP: info['OriginZip'],
    originCountry: info['OriginCountryCode'],
    destinationCity: info['DestinationCity'],
    destinationState: info['DestinationState'],
    destinationZIP: info['DestinationZip'],
    destinationCountryCode: info['DestinationCountryCode'],
    expectedDeliveryDate: dateOf(info['ExpectedDeliveryDate']),
    expectedDeliveryTime: info['ExpectedDeliveryTime'],
    predictedDeliveryDate: dateOf(info['PredictedDeliveryDate']),
    guaranteedDeliveryDate: dateOf(info['GuaranteedDeliveryDate']),
    trackingEvents: events,
    eventSummaries: sentences,
    ...(error === undefined || error === null
      ? {}
      : { statusCode: '404', error: { code: '404', message: '', errors: [] } }),
  };
}

/** Where the converters of XML put an attribute: beside the elements, or one level down. */
function numberOf(info: Record<string, unknown>): unknown {
  const below = member(info['$'], 'ID') ?? member(info['@attributes'], 'ID');
  return info['@ID'] ?? info['ID'] ?? below;
}

/** Some of them make a list of each element, also where there is one. */
function withoutLists(element: Record<string, unknown>): Record<string, unknown> {
  const only = (value: unknown) => (Array.isArray(value) && value.length === 1 ? value[0] : value);
  return Object.fromEntries(Object.entries(element).map(([name, value]) => [name, only(value)]));
}

/** `isDetail`: a sentence there is an event, too. */
function eventIn(one: unknown, isDetail: boolean): readonly Record<string, unknown>[] {
  if (isRecord(one)) return [one];
  const said = isDetail && typeof one === 'string' ? eventOfDetail(one) : null;
  return said === null ? [] : [said];
}

/** An event of the older answers, by the members of today's. */
export function modernEvent(raw: Record<string, unknown>): Record<string, unknown> {
  const event = schema.legacyEvent.parse(withoutLists(raw));
  const date = dateOf(event.EventDate);
  const clock = clockOf(event.EventTime);
  return {
    eventType: event.Event,
    eventCode: event.EventCode,
    eventTimestamp: date === null || clock === null ? date : `${date}T${clock}`,
    GMTTimestamp: event.GMT,
    GMTOffset: event.GMTOffset,
    eventCity: event.EventCity,
    eventState: event.EventState,
    eventZIPCode: event.EventZIPCode,
    eventCountry: event.EventCountry,
    deliveryAttributeCode: event.DeliveryAttributeCode,
  };
}

const MONTHS =
  'January February March April May June July August September October November December'
    .toLowerCase()
    .split(' ');

/** `November 30, 2021` → `2021-11-30`; a date that is ISO already stays. */
function dateOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const m = /^([A-Za-z]+) (\d{1,2}), (\d{4})$/.exec(value.trim());
  const month = MONTHS.indexOf(m?.[1]?.toLowerCase() ?? '') + 1;
  const date = m
    ? `${m[3]}-${String(month).padStart(2, '0')}-${m[2]?.padStart(2, '0')}`
    : value.trim().slice(0, 10);
  return wallClockMs(date) === null ? null : date;
}

function member(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
