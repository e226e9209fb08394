import type { PlaceTime } from '../../../kernel/time/place-time.ts';
import type { ReportedFact, ReportedPlace } from '../../contract/contract.ts';
import type { ReadCodes } from './codes.ts';
import type { Service } from './services.ts';

/** Raised when the definition of a fact's identity changes, so that old and new do not mix. */
const IDENTITY_VERSION = '1';
/** An answer lists tens of events; any beyond this are cut, with a warning. */
export const EVENTS_MAX = 500;
/** Bounds facts of one report to events times pieces. */
const PIECES_MAX = 100;

/** One event in the form of its dialect. */
export interface ReadEvent extends ReadCodes {
  readonly time: PlaceTime;
  readonly place: ReportedPlace | null;
  readonly text: string | null;
  /** Pieces the event names; empty: it names none. */
  readonly pieces: readonly string[];
}

/**
 * Events as facts. A fact that names no piece applies to all, so pieces are named only if an event
 * concerns some of them: then it is one fact for each.
 *
 * Identity: code, local minute, piece and service; for a service with placeholder times the date.
 * Two events of one code and minute that differ only in wording become one, which costs nothing:
 * they read alike, and wording changes with the requested language. If there is no code, the words
 * replace it.
 */
export function factsOf(
  events: readonly ReadEvent[],
  allPieces: readonly string[],
  service: Service,
): readonly ReportedFact[] {
  const groups = new Map<string, { event: ReadEvent; pieces: Set<string> }>();
  for (const event of events) {
    const key = [event.canonical, event.words, minuteOf(event.time, service)].join('\n');
    const known = groups.get(key);
    if (known === undefined) {
      groups.set(key, { event, pieces: new Set(event.pieces) });
    } else {
      for (const piece of event.pieces) known.pieces.add(piece);
    }
  }
  return [...groups.values()].flatMap(({ event, pieces }) => {
    const isAll = pieces.size === 0 || allPieces.every((piece) => pieces.has(piece));
    const named = isAll ? [null] : [...pieces].slice(0, PIECES_MAX);
    return named.map((piece) => factOf(event, piece, service));
  });
}

function factOf(event: ReadEvent, piece: string | null, service: Service): ReportedFact {
  const byCode = [
    IDENTITY_VERSION,
    event.canonical,
    minuteOf(event.time, service),
    piece ?? '',
    service.name,
  ];
  return {
    codes: event.codes,
    ...(event.words === null
      ? { identity: byCode }
      : { identity: [...byCode, event.words], namedByWords: true, formerIdentity: byCode }),
    time: event.time,
    place: event.place,
    text: event.text,
    piece,
    logical: false,
  };
}

function minuteOf(time: PlaceTime, service: Service): string {
  return time.local?.slice(0, service.midnightIsDate ? 10 : 16) ?? '';
}
