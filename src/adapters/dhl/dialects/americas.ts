import { NO_TIME, type PlaceTime } from '../../../kernel/time/place-time.ts';
import { placeTimeInZone } from '../../../kernel/time/zoned-time.ts';
import {
  EMPTY_SNAPSHOT,
  type ReportedPlace,
  type ReportSnapshot,
} from '../../contract/contract.ts';
import { normalize } from '../numbers.ts';
import { readCodes } from '../reading/codes.ts';
import { readTime } from '../reading/event-time.ts';
import { EVENTS_MAX, factsOf, type ReadEvent } from '../reading/facts.ts';
import { isoOf, postalCodeOf, readLocality } from '../reading/place.ts';
import { serviceOf } from '../reading/services.ts';
import { type AmericasEvent, type AmericasPackage, schema } from '../schema.ts';
import {
  aliasesOf,
  nothing,
  numberIfUnnamed,
  plausibleNumber,
  type ReadShipment,
} from './read-shipment.ts';

const ECOMMERCE = serviceOf('ecommerce');

/**
 * One element of `packages[]` of DHL eCommerce Americas tracking v4; its webhook has the same
 * shape and, like a pull, lists the whole history.
 */
export function readAmericas(raw: unknown, requested: string | undefined): ReadShipment {
  const parsed = schema.americasPackage.safeParse(raw);
  if (!parsed.success) return nothing('not an object');
  const spellings = [
    parsed.data.package?.trackingId,
    parsed.data.package?.dhlPackageId,
    parsed.data.package?.packageId,
    parsed.data.trackingId,
  ].map((id) => (id ? normalize(id) : null));
  const trackingNumber =
    spellings.find((id) => plausibleNumber(id) !== null) ??
    numberIfUnnamed(requested, spellings, updatesOf(parsed.data));
  if (trackingNumber === null) return nothing('no trackingId, dhlPackageId or packageId');
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

/** Members about the parcel itself: its events, or the words above them. */
function updatesOf({ events, status }: AmericasPackage): readonly unknown[] {
  return [...(events ?? []), ...(status === null ? [] : [status])];
}

/** The words of the whole package count where it has no events. */
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

/** United States zones by the abbreviation on the event; summer time follows from the date. */
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
 * The zone is part of the event, so the offset is the carrier's own statement, not our inference.
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
