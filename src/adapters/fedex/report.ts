import { zoneOfCity, zoneOfPlace } from '../../kernel/places/postal-zone.ts';
import { instantMs, NO_TIME, type PlaceTime } from '../../kernel/time/place-time.ts';
import { placeTimeFromIso, placeTimeInZone } from '../../kernel/time/zoned-time.ts';
import { wordsAsCode } from '../../kernel/words-as-code.ts';
import type { CarrierReport, ReportedFact, ReportedPlace } from '../contract/contract.ts';
import { numbers } from './numbers.ts';
import { EVENTS_MAX, type ScanEvent, type TrackResult } from './schema.ts';
import { codesOf, linksOf, placeOf, snapshotOf } from './snapshot.ts';
import { eventOfWords, refinedByWords } from './words.ts';

/**
 * The version of a fact's identity. It is raised when the definition changes, so that old and new
 * never mix.
 */
const IDENTITY_VERSION = 'fedex-1';

/**
 * Converts one trackResult to a report; null when it says nothing about a parcel. `asGiven` is the
 * number in it, `asRequested` the number of the request; `where` prefixes warnings.
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
 * The event code of a scan, if it is certain. The summary code DL alone is not a delivery, because
 * a
 * returning parcel has it, too. If it is the only code of a scan, and the parcel's own status is
 * DL, it is the scan of that status; if the scan's own words are "Delivered", both say the same. A
 * scan without either is read by its words.
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
    // To the minute: FedEx writes seconds for some scans and zeros for most, and nothing promises
    // that pushes do the same.
    time.local?.slice(0, 16) ?? '',
    '',
  ];
  // The summary code covers many scans; but a parcel is delivered once, in whatever words.
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

/**
 * Reads a time: with the scan's own offset, otherwise in the zone of its place, otherwise as local
 * time without a zone.
 */
function timeOf(date: string | undefined, place: ReportedPlace | null): PlaceTime {
  const time = placeTimeFromIso(date ?? '') ?? NO_TIME;
  if (time.local === null || time.offsetMin !== null || place === null) return time;
  const zone = zoneOfPlace(place) ?? zoneOfCity(place);
  return zone === null ? time : placeTimeInZone(time.local, time.precision, zone, 'postal_code');
}

/** Codes of data from the sender, which may come long before the parcel. */
const PAPERWORK = ['OC', 'MD'];

interface Reported {
  readonly report: CarrierReport;
  /** The time of the first scan, epoch ms; `lastMs` is that of the last. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** The position of its first report in the answer. */
  readonly at: number;
}

/**
 * Joins reports of one parcel. The results of one number are parcels that used it one after the
 * other, each with an id of its own. If the later one's first scan is before the earlier one's last
 * scan, they are the same parcel: the number was entered again on the way, and all further scans
 * appear under the new id only. Such reports become one, under the id of the first, by which the
 * parcel was known until then. For data about the whole parcel, the report with the latest scan
 * takes precedence.
 * A report that continues after a delivery in the previous one stays separate: the number may have
 * been printed twice, and the delivery of one parcel must not be attributed to the other. Reports
 * without dated scans stay separate, too.
 */
export function joinOneParcel(reports: readonly CarrierReport[]): readonly CarrierReport[] {
  const numbers = reports.map(reportedBy);
  const parcels: Reported[] = [];
  for (const later of numbers.filter(isDated).sort((a, b) => a.firstMs - b.firstMs)) {
    const i = parcels.findIndex((earlier) => isSame(earlier, later));
    const earlier = parcels[i];
    if (earlier === undefined) parcels.push(later);
    else parcels[i] = join(earlier, later);
  }
  const undated = numbers.filter((each) => !isDated(each));
  return [...parcels, ...undated].sort((a, b) => a.at - b.at).map(({ report }) => report);
}

function reportedBy(report: CarrierReport, at: number): Reported {
  const scans = report.facts.filter(({ codes }) => !PAPERWORK.includes(codes['event'] ?? ''));
  const instants = scans.flatMap(({ time }) => instantMs(time) ?? []);
  return { report, firstMs: Math.min(...instants), lastMs: Math.max(...instants), at };
}

/** Whether a report has dated scans; without any, `firstMs` is later than `lastMs`. */
function isDated({ firstMs, lastMs }: Reported): boolean {
  return firstMs <= lastMs;
}

function isSame(earlier: Reported, later: Reported): boolean {
  if (earlier.report.trackingNumber !== later.report.trackingNumber) return false;
  const goesOn = earlier.report.facts.some((fact) => isDeliveryBefore(fact, later.lastMs));
  return later.firstMs <= earlier.lastMs && !goesOn;
}

function isDeliveryBefore({ codes, time }: ReportedFact, ms: number): boolean {
  return codes['event'] === 'DL' && (instantMs(time) ?? Number.NEGATIVE_INFINITY) < ms;
}

function join(earlier: Reported, later: Reported): Reported {
  const [a, b] = [earlier.report, later.report];
  const newest = later.lastMs >= earlier.lastMs ? b : a;
  const facts = new Map([...a.facts, ...b.facts].map((fact) => [fact.identity.join('\n'), fact]));
  const links = new Map(
    [...a.links, ...b.links].map((link) => [`${link.kind} ${link.trackingNumber}`, link]),
  );
  return {
    report: {
      ...a,
      aliases: [...new Set([...a.aliases, ...b.aliases])],
      carrierPieceId: a.carrierPieceId ?? b.carrierPieceId,
      fullHistory: a.fullHistory && b.fullHistory,
      facts: [...facts.values()],
      snapshot: newest.snapshot,
      links: [...links.values()],
    },
    firstMs: earlier.firstMs,
    lastMs: Math.max(earlier.lastMs, later.lastMs),
    at: Math.min(earlier.at, later.at),
  };
}
