import { NO_TIME, type PlaceTime, wallClockMs } from '../../kernel/time/place-time.ts';
import {
  type CarrierReport,
  EMPTY_SNAPSHOT,
  type ReportedEstimate,
  type ReportedPlace,
} from '../contract/contract.ts';
import { categoryOf, codesOf, knownCategory, readEvent, refinementOf, wordingOf } from './event.ts';
import { normalize } from './numbers.ts';
import { type Detail, schema, type TrackingEvent } from './schema.ts';
import { clockOf, eventsOfSentences } from './sentences.ts';

/** Limit of events; at most 99 are documented. Any beyond it are cut, with a warning. */
const EVENTS_MAX = 200;
/** From this length on, an answer may lack the oldest events, so that absence means nothing. */
const FULL_HISTORY_EVENTS_MAX = 98;

interface ReadDetail {
  readonly report: CarrierReport;
  readonly warnings: readonly string[];
}

/**
 * Reads an answer or push about one piece into a report. `asOf` is the push's own time. A push
 * lists only recent events, so it is never a full history.
 */
export function readDetail(
  trackingNumber: string,
  detail: Detail,
  push: { readonly asOf: PlaceTime | null } | null,
): ReadDetail {
  const listed = detail.trackingEvents ?? [];
  const events = listed.length > 0 ? listed : eventsInSentences(detail);
  const warnings: string[] = [];
  if (events.length > EVENTS_MAX) warnings.push(`trackingEvents: cut after ${EVENTS_MAX}`);
  if (events.length === 0 && detail.statusCategory === null && detail.status === null) {
    warnings.push('no trackingEvents: sentences without codes say nothing certain; ask for DETAIL');
  }
  const facts = new Map<string, CarrierReport['facts'][number]>();
  const read = events.slice(0, EVENTS_MAX).map((raw) => schema.trackingEvent.safeParse(raw).data);
  read.forEach((event, i) => {
    const said = i === 0 ? detail : NOTHING_SAID;
    const fact =
      event === undefined
        ? null
        : readEvent(withCollector(event, said.statusSummary, read), said.statusCategory);
    if (fact === null) warnings.push(`trackingEvents[${i}]: neither code nor text`);
    // Some events are listed twice; the first one counts, because it may have the current category.
    else if (!facts.has(fact.identity.join('\n'))) facts.set(fact.identity.join('\n'), fact);
  });
  const report: CarrierReport = {
    trackingNumber: normalize(trackingNumber),
    aliases: [],
    carrierPieceId: pieceIdOf(detail),
    asOf: push?.asOf ?? null,
    fullHistory: push === null && isWhole(listed, facts.size),
    facts: [...facts.values()],
    snapshot: {
      ...EMPTY_SNAPSHOT,
      estimatedDelivery: readEstimate(detail),
      summary: summaryOf(detail),
      serviceLevel: plainText(detail.mailClass),
      destination: placeOf(
        detail.destinationCity,
        detail.destinationState,
        detail.destinationZIPCode ?? detail.destinationZIP,
        detail.destinationCountryCode,
      ),
      origin: placeOf(
        detail.originCity,
        detail.originState,
        detail.originZIPCode ?? detail.originZIP,
        detail.originCountry,
      ),
      proofs: detail.proofOfDeliveryEnabled ? ['document'] : [],
    },
    links: [],
  };
  return { report, warnings };
}

const NOTHING_SAID = { statusCategory: null, statusSummary: null };
/** The codes of a parcel that waits for its recipient. */
const WAITING = /^(?:14|16|33|35)$/;

/**
 * Returns an event with words that say who picked the parcel up: the code 43, "Picked Up", is both
 * a pickup by USPS and one by the recipient. It is the latter if the parcel has waited at a counter,
 * or the sentence about the parcel says so.
 */
function withCollector(
  event: TrackingEvent,
  summary: string | null,
  all: readonly (TrackingEvent | undefined)[],
): TrackingEvent {
  if (event.eventCode !== '43' && !/^picked up$/i.test(event.eventType ?? '')) return event;
  const hasWaited = all.some(
    (other) =>
      WAITING.test(other?.eventCode ?? '') || /^available for pickup/i.test(other?.eventType ?? ''),
  );
  const isCollected = hasWaited || COLLECTED.test(summary ?? '');
  return isCollected
    ? { ...event, eventType: 'Delivered, Individual Picked Up at Post Office' }
    : event;
}

const COLLECTED = /picked up at (?:a|the)? ?(?:postal facility|post office)/i;

function isWhole(listed: readonly unknown[], facts: number): boolean {
  return listed.length > 0 && listed.length <= FULL_HISTORY_EVENTS_MAX && facts > 0;
}

/**
 * Reads the events of the SUMMARY form: dated sentences such as "Out for Delivery, 06/17/2022, 6:10
 * am, SALEM, OR 97301".
 */
function eventsInSentences({ status, statusCategory, eventSummaries }: Detail): readonly unknown[] {
  if (status !== null || statusCategory !== null) return [];
  return eventsOfSentences(eventSummaries ?? []);
}

/**
 * The id of this use of the number. Numbers are recycled; the pair of piece id and intake date is
 * not (USPS OpenAPI 3.2.6).
 */
function pieceIdOf(detail: Detail): string | null {
  const id = detail.uniqueMailPieceID ?? detail.uniqueMailPieceId;
  const intake = /^\d{4}-\d{2}-\d{2}/.exec(detail.mailPieceIntakeDate ?? '')?.[0];
  return id === null || intake === undefined ? null : `${id}/${intake}`;
}

function summaryOf(detail: Detail): CarrierReport['snapshot']['summary'] {
  const { status, statusSummary } = detail;
  const stated = knownCategory(detail.statusCategory);
  const category = stated.category ?? categoryOf(status);
  const refined = detail.statusCategory === null ? wordingOf(status) : refinementOf(status);
  const collected = COLLECTED.test(statusSummary ?? '')
    ? 'Delivered, Individual Picked Up at'
    : null;
  const text = refined ?? stated.text ?? collected;
  const codes = codesOf({ text, category: text === null ? category : stated.category });
  return Object.keys(codes).length === 0 ? null : { codes, time: NO_TIME };
}

/** Removes markup: `Priority Mail<SUP>&reg;</SUP>` → `Priority Mail`. */
function plainText(markup: string | null): string | null {
  const plain = markup
    ?.replace(/<sup>[^<]*<\/sup>/gi, ' ')
    .replace(/<[^<>]*>/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/&#?\w+;/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain || null;
}

function placeOf(
  city: string | null,
  region: string | null,
  postalCode: string | null,
  country: string | null,
): ReportedPlace | null {
  if (city === null && region === null && postalCode === null && country === null) return null;
  const iso = country === null ? 'US' : /^[A-Z]{2}$/i.test(country) ? country.toUpperCase() : null;
  return { city, region, postalCode, country: iso, facility: null };
}

/**
 * Reads when USPS expects to deliver: the expected, otherwise the predicted, otherwise the
 * guaranteed date. The window belongs to the predicted date and may have one end; without an end, a
 * stated latest time ("by 9:00 pm") ends the day. v3r2 has in `deliveryDateExpectation` what v3 has in several members;
 * both are read.
 */
function readEstimate(detail: Detail): ReportedEstimate | null {
  const gathered = detail.deliveryDateExpectation;
  const expected =
    gathered?.expectedDeliveryDate ??
    detail.expectedDeliveryTimeStamp ??
    detail.expectedDeliveryDate;
  const predicted = gathered?.predictedDeliveryDate ?? detail.predictedDeliveryDate;
  const guaranteed =
    gathered?.guaranteedDeliveryDate ??
    detail.guaranteedDeliveryTimeStamp ??
    detail.guaranteedDeliveryDate;
  const chosen = [expected, predicted, guaranteed].find((text) => dateOf(text) !== null) ?? null;
  const date = dateOf(chosen);
  if (date === null) return null;
  const from = clockOf(
    gathered?.predictedDeliveryWindowStartTime ?? detail.predictedDeliveryWindowStartTime,
  );
  const to = clockOf(
    gathered?.predictedDeliveryWindowEndTime ?? detail.predictedDeliveryWindowEndTime,
  );
  const windowDate = dateOf(predicted) ?? date;
  const isWindow = windowDate === date && (from === null || to === null || from < to);
  const begins = isWindow && from !== null ? `${date}T${from}` : null;
  if (isWindow && to !== null) return { date, from: begins, to: `${date}T${to}` };
  const latest =
    clockWithin(chosen) ??
    clockOf(detail.expectedDeliveryTime) ??
    clockOf(gathered?.endOfDay ?? detail.endOfDay);
  const isLater = latest !== null && (begins === null || `${date}T${latest}` > begins);
  return { date, from: begins, to: isLater ? `${date}T${latest}` : null };
}

function dateOf(text: string | null | undefined): string | null {
  const date = text?.slice(0, 10) ?? '';
  return wallClockMs(date) === null ? null : date;
}

/** The time of a timestamp; null for midnight, which means "no time" in these members. */
function clockWithin(timestamp: string | null): string | null {
  const clock = clockOf(/T(\d{2}:\d{2})/.exec(timestamp ?? '')?.[1]);
  return clock === '00:00:00' ? null : clock;
}
