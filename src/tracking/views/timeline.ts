import type { ReportedPlace } from '../../adapters/contract/contract.ts';
import { RANK, type ReadStatus } from '../../kernel/status.ts';
import { formatOffset, parseOffset, type ZoneSource } from '../../kernel/time/place-time.ts';
import { wallClockAt } from '../../kernel/time/zoned-time.ts';
import type { Fact, History, Observation } from '../facts/history.ts';
import { compare } from '../fold/compare.ts';
import type { FactVerdict, FoldState } from '../fold/fold-input.ts';

/** One line of the visible timeline: a fact in its place in time, whatever its verdict. */
export interface TimelineEvent {
  readonly identity: string;
  readonly source: Fact['source'];
  /** The bridge that reported it; absent for other sources. */
  readonly bridge?: string;
  readonly code: string;
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  /** The key of a text of its own; absent for nearly all. */
  readonly text?: string;
  /** When it happened, as an ISO instant; null when the zone is unknown or there is no time. */
  readonly occurredAt: string | null;
  /** The local time at the place, as exact as the carrier gave it, to the second. */
  readonly occurredLocal: string | null;
  /** The zone: IANA name, else offset (`-05:00`); null when unknown. */
  readonly timeZone: string | null;
  readonly zoneSource: ZoneSource;
  readonly place: ReportedPlace | null;
  readonly verdict: FactVerdict['verdict'];
}

/**
 * Returns the shown facts, newest first. Facts of the hub and of the merchant have an instant and
 * no place of their own, and neither does a scan sent in UTC by a phone or scanner: these are shown
 * in the zone of the destination, else of the newest event that names one, so that one timeline
 * does not mix UTC with local times. Events at the same instant are in the order of a parcel's
 * journey, with the event that set the status as the newest; ties keep the fold's own order, so the
 * list is stable.
 *
 * @param destinationZone IANA name; null if it is not known.
 */
export function timeline(
  history: History,
  state: Pick<FoldState, 'verdicts' | 'steering'>,
  destinationZone: string | null,
): TimelineEvent[] {
  const events = newestFirst(history, state).flatMap((verdict) => {
    const fact = history.facts.get(verdict.identity);
    const observation = fact && winningObservationOf(fact, verdict);
    return observation === undefined ? [] : [toEvent(fact as Fact, observation, verdict)];
  });
  const zone =
    destinationZone === null ? newestOwnZone(events) : zoneOfDestination(destinationZone);
  return events.map((event) => (hasOwnZone(event) ? event : inZone(event, zone)));
}

type KnownZone = Pick<TimelineEvent, 'timeZone' | 'zoneSource'>;

function zoneOfDestination(timeZone: string): KnownZone {
  return { timeZone, zoneSource: 'postal_code' };
}

/** Returns the zone of the newest event that has one of its own; null if none has. */
function newestOwnZone(events: readonly TimelineEvent[]): KnownZone | null {
  return events.find((event) => hasOwnZone(event) && event.timeZone !== null) ?? null;
}

/** Whether the event's zone belongs to its place, and not to the hub or a device. */
function hasOwnZone({ source, timeZone }: TimelineEvent): boolean {
  return source === 'carrier' || (SENT_IN_ANY_ZONE.has(source) && timeZone !== UTC);
}

/** Devices and other services send an instant in UTC, or the local time with its zone. */
const SENT_IN_ANY_ZONE: ReadonlySet<TimelineEvent['source']> = new Set([
  'bridge',
  'scan',
  'imported',
]);

/** The zone of what a device sends as `Z`: an instant without a place. */
const UTC = formatOffset(0);

/**
 * Returns the shown facts, newest first. Facts with the same time are ordered by progress, the
 * furthest first; the fact that set the status comes before the others with that time.
 */
function newestFirst(
  history: History,
  { verdicts, steering }: Pick<FoldState, 'verdicts' | 'steering'>,
): readonly FactVerdict[] {
  const stage = ({ identity }: FactVerdict): number => {
    if (identity === steering) return Number.POSITIVE_INFINITY;
    const status = history.facts.get(identity)?.reading.status;
    if (status === undefined || status === 'none') return -1;
    return status === 'returning' ? RANK.delivered : RANK[status];
  };
  return verdicts
    .filter(({ shown }) => shown)
    .reverse()
    .sort((a, b) => compare(b.interval.lo, a.interval.lo) || compare(stage(b), stage(a)));
}

const MINUTE_MS = 60_000;
/**
 * Length of `2026-03-10T12:00:00`; the hub's own facts are more exact than a displayed time needs.
 */
const SECOND_CHARS = 19;

function winningObservationOf(fact: Fact, verdict: FactVerdict): Observation | undefined {
  return fact.observations.find(
    (observation) => observation.inboundMessageId === verdict.winningInboundMessageId,
  );
}

/**
 * Converts a fact to an event of the timeline. `occurredAt` is null unless its instant is certain.
 */
function toEvent(fact: Fact, observation: Observation, verdict: FactVerdict): TimelineEvent {
  const { time } = observation;
  const known = time.local !== null && time.offsetMin !== null;
  return {
    identity: fact.identity,
    source: fact.source,
    ...(fact.bridge === undefined ? {} : { bridge: fact.bridge }),
    code: fact.code,
    status: fact.reading.status,
    reason: fact.reading.reason,
    milestone: fact.reading.milestone,
    ...(fact.reading.text === undefined ? {} : { text: fact.reading.text }),
    occurredAt:
      known && Number.isFinite(verdict.interval.lo)
        ? new Date(verdict.interval.lo).toISOString()
        : null,
    occurredLocal: time.local?.slice(0, SECOND_CHARS) ?? null,
    timeZone: time.zone ?? (time.offsetMin === null ? null : formatOffset(time.offsetMin)),
    zoneSource: time.zoneSource,
    place: observation.place,
    verdict: verdict.verdict,
  };
}

/** Returns the event with its local time in this zone; unchanged without an instant or a zone. */
function inZone(event: TimelineEvent, zone: KnownZone | null): TimelineEvent {
  const local =
    event.occurredAt === null || zone === null ? null : localAt(event.occurredAt, zone.timeZone);
  if (local === null || zone === null) return event;
  const { timeZone, zoneSource } = zone;
  return { ...event, occurredLocal: local, timeZone, zoneSource };
}

/** @param zone IANA name or offset. */
function localAt(instant: string, zone: string | null): string | null {
  if (zone === null) return null;
  const offsetMin = parseOffset(zone);
  if (offsetMin === null) return wallClockAt(instant, zone);
  return new Date(Date.parse(instant) + offsetMin * MINUTE_MS).toISOString().slice(0, SECOND_CHARS);
}

/**
 * Returns a place for display: `NORTON`, `VA`, `US` becomes `Norton, VA, US`. It has no street and
 * no postal code, because it is public. If the city is missing, the facility is used instead,
 * unless it is a bare number of the carrier's own (`0992`), which means nothing to a reader.
 */
export function placeName(place: ReportedPlace | null): string | null {
  if (place === null) return null;
  const city = place.city || (LETTER.test(place.facility ?? '') ? place.facility : null);
  const parts = [city && titleCase(city), place.region, place.country].filter(
    (part): part is string => Boolean(part),
  );
  return parts.length > 0 ? parts.join(', ') : null;
}

const LETTER = /\p{L}/u;

/**
 * Returns a text in title case if it is all in capitals, as carriers write; anything else stays.
 */
export function titleCase(text: string): string {
  if (text !== text.toUpperCase()) return text;
  return text
    .toLowerCase()
    .replace(
      /(^|[\s\-/.'(])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    );
}
