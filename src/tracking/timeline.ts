import type { ReportedPlace } from '../adapters/contract.ts';
import { formatOffset, type ZoneSource } from '../kernel/place-time.ts';
import type { ReadStatus } from '../kernel/status.ts';
import type { FactVerdict, FoldState } from './fold-input.ts';
import type { Fact, History, Sighting } from './history.ts';

/** One line of what customers see: a fact in its place in time, whatever came of it. */
export interface TimelineEvent {
  readonly identity: string;
  readonly source: Fact['source'];
  readonly code: string;
  readonly status: ReadStatus;
  readonly reason: string | null;
  readonly milestone: string | null;
  /** Key of a text of its own; absent for nearly all. */
  readonly text?: string;
  /** ISO instant; null when the zone is unknown or there is no time. */
  readonly occurredAt: string | null;
  /** Wall clock at the place, as exact as the carrier gave it, to the second. */
  readonly occurredLocal: string | null;
  /** IANA name, else offset (`-05:00`); null when unknown. */
  readonly timeZone: string | null;
  readonly zoneSource: ZoneSource;
  readonly place: ReportedPlace | null;
  readonly verdict: FactVerdict['verdict'];
}

/** Shown facts, newest first. Ties keep the fold's own order, so the list is stable. */
export function timeline(history: History, state: FoldState): TimelineEvent[] {
  const events: TimelineEvent[] = [];
  for (let i = state.verdicts.length - 1; i >= 0; i -= 1) {
    const verdict = state.verdicts[i];
    if (verdict === undefined || !verdict.shown) continue;
    const fact = history.facts.get(verdict.identity);
    const sighting = fact && winning(fact, verdict);
    if (fact && sighting) events.push(toEvent(fact, sighting, verdict));
  }
  return events;
}

/** `2026-03-10T12:00:00`; facts of our own are more exact, which is nothing to read off a clock. */
const SECOND_CHARS = 19;

function winning(fact: Fact, verdict: FactVerdict): Sighting | undefined {
  return fact.sightings.find((sighting) => sighting.receiptId === verdict.winningReceiptId);
}

function toEvent(fact: Fact, sighting: Sighting, verdict: FactVerdict): TimelineEvent {
  const { time } = sighting;
  const known = time.local !== null && time.offsetMin !== null;
  return {
    identity: fact.identity,
    source: fact.source,
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
    place: sighting.place,
    verdict: verdict.verdict,
  };
}

/**
 * `NORTON`, `VA`, `US` → `Norton, VA, US`. No street, no postal code: it is shown to anyone. Where
 * the city is missing the facility stands in for it, unless it is a bare number of the carrier's
 * own (`0992`), which says nothing to a reader.
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

/** Carriers shout: words of capitals only are set in title case, anything else is left alone. */
export function titleCase(text: string): string {
  if (text !== text.toUpperCase()) return text;
  return text
    .toLowerCase()
    .replace(
      /(^|[\s\-/.'(])(\p{L})/gu,
      (_, before: string, letter: string) => before + letter.toUpperCase(),
    );
}
