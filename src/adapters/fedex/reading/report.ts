import { zoneOfPlace } from '../../../kernel/places/postal-zone.ts';
import { zoneOfCity } from '../../../kernel/places/us-city-zones.ts';
import { NO_TIME, type PlaceTime } from '../../../kernel/time/place-time.ts';
import { placeTimeFromIso, placeTimeInZone } from '../../../kernel/time/zoned-time.ts';
import { wordsAsCode } from '../../../kernel/words-as-code.ts';
import type { CarrierReport, ReportedFact, ReportedPlace } from '../../contract/contract.ts';
import { numbers } from '../numbers.ts';
import { EVENTS_MAX, type ScanEvent, type TrackResult } from '../schema.ts';
import { codesOf, placeOf } from './place-and-codes.ts';
import { linksOf, snapshotOf } from './snapshot.ts';
import { eventOfWords, refinedByWords } from './words.ts';

/** Raised when the make-up of an identity changes, so that old and new are never confused. */
const IDENTITY_VERSION = 'fedex-1';

/**
 * The report of one trackResult. `asGiven` is the number in it, `asAsked` the number of the
 * request; `where` prefixes warnings. Null when it says nothing of a parcel.
 */
export function reportOf(
  life: TrackResult,
  asGiven: string,
  asRequested: string | undefined,
  fullHistory: boolean,
  where: string,
  warnings: string[],
): CarrierReport | null {
  const facts = factsOf(life, where, warnings);
  const snapshot = snapshotOf(life);
  if (facts.length === 0 && snapshot.summary === null) return null;
  const trackingNumber = numbers.normalize(asGiven);
  const spellings = [asGiven, asRequested, asRequested && numbers.normalize(asRequested)];
  return {
    trackingNumber,
    aliases: [...new Set(spellings.filter((other) => other !== undefined))].filter(
      (other) => other !== '' && other !== trackingNumber,
    ),
    carrierPieceId: life.trackingNumberInfo?.trackingNumberUniqueId ?? null,
    asOf: null,
    fullHistory: fullHistory && facts.length > 0 && life.scanEvents.length <= EVENTS_MAX,
    facts,
    snapshot,
    links: linksOf(life, trackingNumber),
  };
}

function factsOf(life: TrackResult, where: string, warnings: string[]): readonly ReportedFact[] {
  const facts: ReportedFact[] = [];
  life.scanEvents.slice(0, EVENTS_MAX).forEach((scan, i) => {
    const fact = scan === null ? null : factOf(scan, eventOf(scan, life));
    if (fact === null) warnings.push(`${where}.scanEvents[${i}]: no code`);
    else facts.push(fact);
    if (fact?.time.local === null) warnings.push(`${where}.scanEvents[${i}]: no readable date`);
  });
  if (life.scanEvents.length > EVENTS_MAX) {
    warnings.push(`${where}: more than ${EVENTS_MAX} scans: the rest was not read`);
  }
  return facts;
}

/**
 * The rollup DL alone is no delivery: a returning parcel has it, too. If it is the only code of a
 * scan, and the parcel's own status is DL, it is the scan of that status; if the scan's own words
 * are "Delivered", both say the same. A scan without either is read by its words.
 */
function eventOf(scan: ScanEvent, life: TrackResult): string | undefined {
  const words = eventOfWords(scan.eventDescription);
  const isDelivery =
    scan.derivedStatusCode === 'DL' && (life.latestStatusDetail?.code === 'DL' || words === 'DL');
  const said = scan.derivedStatusCode === undefined ? words : null;
  return scan.eventType ?? (isDelivery ? 'DL' : (said ?? undefined));
}

function factOf(scan: ScanEvent, event: string | undefined): ReportedFact | null {
  const read = refinedByWords(event, scan.eventDescription);
  const codes = codesOf(read, scan.exceptionCode, scan.derivedStatusCode);
  if (codes === null) return null;
  const place = placeOf(scan.scanLocation, scan.locationId);
  const time = timeOf(scan.date, place);
  const byCode = [
    IDENTITY_VERSION,
    event ?? `derived ${scan.derivedStatusCode ?? ''}`,
    scan.exceptionCode ?? '',
    // To the minute: FedEx prints seconds for some scans and zeros for most, and nothing
    // promises that pushes print them alike.
    time.local?.slice(0, 16) ?? '',
    '',
  ];
  // The rollup covers many scans; but a parcel is delivered once, in whatever words.
  const hasCode = (event ?? scan.exceptionCode) !== undefined || scan.derivedStatusCode === 'DL';
  const words = hasCode ? null : wordsAsCode(scan.eventDescription);
  return {
    codes,
    ...(words === null
      ? { identity: byCode }
      : { identity: [...byCode, words], namedByWords: true, formerIdentity: byCode }),
    time,
    place,
    text: [scan.eventDescription, scan.exceptionDescription].filter(Boolean).join(' / ') || null,
    piece: null,
    logical: false,
  };
}

/** The scan's own offset, else the zone of its place, else a bare wall clock. */
function timeOf(date: string | undefined, place: ReportedPlace | null): PlaceTime {
  const time = placeTimeFromIso(date ?? '') ?? NO_TIME;
  if (time.local === null || time.offsetMin !== null || place === null) return time;
  const zone = zoneOfPlace(place) ?? zoneOfCity(place);
  return zone === null ? time : placeTimeInZone(time.local, time.precision, zone, 'postal_code');
}
