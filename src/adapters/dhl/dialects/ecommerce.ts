import { z } from 'zod';
import { NO_TIME, type PlaceTime } from '../../../kernel/time/place-time.ts';
import { placeTimeInZone } from '../../../kernel/time/zoned-time.ts';
import {
  isRecord,
  looseCode,
  looseList,
  looseObject,
  looseText,
} from '../../../kernel/wire/loose.ts';
import {
  EMPTY_SNAPSHOT,
  type ReportedPlace,
  type ReportSnapshot,
} from '../../contract/contract.ts';
import { readCodes, serviceOf } from '../codes.ts';
import {
  EVENTS_MAX,
  factsOf,
  isoOf,
  postalCodeOf,
  type ReadEvent,
  readLocality,
  readTime,
} from '../facts.ts';
import { normalize } from '../numbers.ts';
import { type AmericasEvent, type AmericasPackage, schema } from '../schema.ts';
import {
  aliasesOf,
  type Failure,
  numberIfUnnamed,
  plausibleNumber,
  type ReadShipment,
  unusable,
} from './read-shipment.ts';
import { readUnified } from './unified.ts';

const ECOMMERCE = serviceOf('ecommerce');

/**
 * Reads one element of `packages[]` of DHL eCommerce Americas tracking v4. Its webhook has the same
 * shape and, like a pull, lists the whole history.
 */
export function readAmericas(raw: unknown, requested: string | undefined): ReadShipment {
  const parsed = schema.americasPackage.safeParse(raw);
  if (!parsed.success) return unusable('not an object');
  const spellings = [
    parsed.data.package?.trackingId,
    parsed.data.package?.dhlPackageId,
    parsed.data.package?.packageId,
    parsed.data.trackingId,
  ].map((id) => (id ? normalize(id) : null));
  const trackingNumber =
    spellings.find((id) => plausibleNumber(id) !== null) ??
    numberIfUnnamed(requested, spellings, updatesOf(parsed.data));
  if (trackingNumber === null) return unusable('no trackingId, dhlPackageId or packageId');
  const warnings: string[] = [];
  const listed = parsed.data.events ?? [];
  if (listed.length > EVENTS_MAX) warnings.push(`events: cut after ${EVENTS_MAX}`);
  const events = listed.slice(0, EVENTS_MAX).flatMap((one, i) => {
    const event = schema.americasEvent.safeParse(one);
    if (event.success && (event.data.primaryEventId ?? event.data.primaryEventDescription)) {
      return [readEvent(event.data)];
    }
    warnings.push(`events[${i}]: neither code nor text`);
    return [];
  });
  const facts = factsOf(events, [], ECOMMERCE);
  return {
    report: {
      trackingNumber,
      aliases: aliasesOf(trackingNumber, spellings),
      carrierPieceId: null,
      asOf: null,
      fullHistory: facts.length > 0,
      facts,
      snapshot: {
        ...EMPTY_SNAPSHOT,
        summary: facts.length === 0 ? summaryOf(parsed.data) : null,
        origin: pickupOf(parsed.data),
      },
      links: [],
    },
    miss: null,
    warnings,
  };
}

/** The members about the parcel itself: its events, or the words above them. */
function updatesOf({ events, status }: AmericasPackage): readonly unknown[] {
  return [...(events ?? []), ...(status === null ? [] : [status])];
}

/** The coarse code of the words about the whole package, which count if it has no events. */
const STATUSES: Readonly<Record<string, string>> = {
  'electronic notification': 'pre-transit',
  'en route': 'transit',
  delivered: 'delivered',
};

function summaryOf({ status }: AmericasPackage): ReportSnapshot['summary'] {
  const said = status?.toLowerCase() ?? '';
  const statusCode = Object.hasOwn(STATUSES, said) ? (STATUSES[said] ?? null) : null;
  if (statusCode === null) return null;
  const { codes } = readCodes(ECOMMERCE, { statusCode, status: null, description: null });
  return { codes, time: NO_TIME };
}

function readEvent(event: AmericasEvent): ReadEvent {
  const { primaryEventId, primaryEventDescription } = event;
  const place = placeOf(event);
  return {
    ...readCodes(ECOMMERCE, {
      statusCode: null,
      status: primaryEventId ?? primaryEventDescription,
      description: primaryEventDescription,
    }),
    time: timeOf(event, place),
    place,
    text: primaryEventDescription,
    pieces: [],
  };
}

/**
 * The zones of the United States by the abbreviation on the event; daylight saving time follows
 * from the date.
 */
const ZONES: Readonly<Record<string, string>> = {
  ET: 'America/New_York',
  EST: 'America/New_York',
  EDT: 'America/New_York',
  CT: 'America/Chicago',
  CST: 'America/Chicago',
  CDT: 'America/Chicago',
  MT: 'America/Denver',
  MST: 'America/Denver',
  MDT: 'America/Denver',
  PT: 'America/Los_Angeles',
  PST: 'America/Los_Angeles',
  PDT: 'America/Los_Angeles',
  UTC: 'Etc/UTC',
  GMT: 'Etc/UTC',
};

/**
 * Reads an event's time. The zone is part of the event, so the offset is the carrier's own
 * statement, not our inference.
 */
function timeOf(event: AmericasEvent, place: ReportedPlace | null): PlaceTime {
  const local = event.time === null ? (event.date ?? '') : `${event.date}T${event.time}`;
  const time = readTime(local, ECOMMERCE, place);
  const abbreviation = event.timeZone?.toUpperCase() ?? '';
  const zone = Object.hasOwn(ZONES, abbreviation) ? ZONES[abbreviation] : undefined;
  if (time.local === null || zone === undefined) return time;
  return placeTimeInZone(time.local, time.precision, zone, 'offset');
}

function placeOf(event: AmericasEvent): ReportedPlace | null {
  const given = isoOf(event.country);
  const { city, region, country } = readLocality(event.location, given);
  const postalCode = event.postalCode === '0' ? null : postalCodeOf(event.postalCode);
  const iso = given ?? country;
  if ([city, region, postalCode, iso].every((part) => part === null)) return null;
  return { city, region, postalCode, country: iso, facility: null };
}

function pickupOf(parcel: AmericasPackage): ReportedPlace | null {
  const address = parcel.pickupDetail?.pickupAddress;
  if (!address) return null;
  const { city, state, postalCode, country } = address;
  return { city, region: state, postalCode, country: isoOf(country), facility: null };
}

const ITEMS_MAX = 500;

const event = z.object({
  status: looseCode,
  description: looseText,
  timestamp: looseCode,
  dateTime: looseCode,
  address: looseObject({ city: looseText, postalCode: looseCode, countryCode: looseCode }),
});

const item = z.object({
  trackingID: looseCode,
  shipmentID: looseCode,
  events: looseList(event, EVENTS_MAX),
});
const items = looseList(item, ITEMS_MAX);

type Item = z.output<typeof item>;
type Event = z.output<typeof event>;

/** The content of an answer of DHL eCommerce Asia Pacific; null when `body` is none. */
export function asianAnswer(body: Record<string, unknown>): Record<string, unknown> | null {
  const answer = body['trackItemResponse'];
  return isRecord(answer) ? answer : null;
}

/**
 * Reads the parcels of an answer of DHL eCommerce Asia Pacific as members of Unified's `ecommerce`,
 * whose texts its events share; texts that Unified lacks are identified by their own numbers. If
 * there is no parcel, returns why. The shape is that of answers in public test data, versions 1.1
 * and 2; unverified.
 */
export function readAsianAnswer(
  answer: Record<string, unknown>,
  isPull: boolean,
  requested: string | undefined,
): readonly ReadShipment[] | Failure {
  const inner = isRecord(answer['bd']) ? answer['bd'] : answer;
  const parcels = items.parse(inner['items'] ?? inner['shipmentItems']);
  if (parcels.length === 0) return failureOf(answer);
  const only = parcels.length === 1 ? requested : undefined;
  return parcels.map((parcel) => readUnified(unifiedOf(parcel), isPull, only));
}

function failureOf({ responseCode, responseText }: Record<string, unknown>): Failure {
  const reason = 'the answer contains no parcel';
  if (/\btoken\b/i.test(String(responseText ?? ''))) {
    return { outcome: 'auth_error', reason: 'the access token was refused' };
  }
  return { outcome: Number(responseCode) === 0 ? 'not_found' : 'error', reason };
}

function unifiedOf(parcel: Item | null): Record<string, unknown> | null {
  if (parcel === null) return null;
  return {
    id: parcel.trackingID ?? parcel.shipmentID,
    service: 'ecommerce',
    events: parcel.events.map((one) => (one === null ? null : unifiedEventOf(one))),
  };
}

/** Converts an event to Unified's form. Times are in the place's own zone (`LT`). */
function unifiedEventOf({ status, description, timestamp, dateTime, address }: Event) {
  const said = description?.toLowerCase() ?? '';
  return {
    timestamp: (timestamp ?? dateTime)?.replace(' ', 'T'),
    status: TEXTS.get(said) ?? description ?? status,
    description,
    location: {
      address: {
        addressLocality: address?.city,
        postalCode: address?.postalCode,
        countryCode: address?.countryCode,
      },
    },
  };
}

/** Texts of its own, mapped to those of Unified with the same meaning. */
const TEXTS: ReadonlyMap<string, string> = new Map([
  ['electronic notification received', 'ELECTRONIC SHIPPING INFO RECEIVED'],
  ['processing at dhlec facility', 'PACKAGE RECEIVED AT DHL ECOMMERCE DISTRIBUTION CENTER'],
  ['departed dhlec facility', 'DEPARTED FROM FACILITY'],
  ['arrival at destination country', 'ARRIVED AT DESTINATION COUNTRY'],
]);
