import type { PlaceTime } from '../../kernel/time/place-time.ts';
import type { FoldState } from '../fold/fold-input.ts';
import type { Fact, History, Pull } from './history.ts';
import { hashIdentity } from './identity.ts';
import type { Additions } from './ingest.ts';
import type { Note, PullConfirmedNote, Timer, TimerNote } from './note.ts';

/** The state of a shipment to which a note is applied. */
interface NoteTarget {
  /** The last entry about it in the log. */
  readonly sequence: number;
  readonly history: History;
  /** The fold of that history. */
  readonly folded: FoldState;
  /** Whether the same batch adds facts, so that every timer's statement is out of date. */
  readonly movedOn: boolean;
}

/**
 * Returns what a note adds to a history. The list is empty when the shipment has changed since the
 * note was written, or when the same note was already applied. Idempotent and pure.
 */
export function noteAdditions(target: NoteTarget, note: Note): Additions[] {
  if (note.kind === 'pull_confirmed') return confirmedPulls(target.history, note);
  const { sequence, movedOn, history, folded } = target;
  if (movedOn || note.sequence !== sequence) return [];
  const steering = folded.steering === null ? null : history.facts.get(folded.steering);
  if (note.kind === 'stalled' && steering?.source === 'stalled') return [];
  const fact = timerFact(note, folded.steering);
  const isKnown = [...history.facts.values()].some(
    (known) => known.source === note.kind && known.about === fact.about,
  );
  return isKnown
    ? []
    : [{ ...NOTHING, facts: [{ ...fact, observations: [] }], observations: observationsOf(fact) }];
}

const NOTHING: Additions = { facts: [], observations: [], snapshot: null, pull: null };

/**
 * Repeats the pull that the note confirms, at the note's time: once per piece, unless already
 * stored.
 */
function confirmedPulls(history: History, note: PullConfirmedNote): Additions[] {
  const pulls = history.pulls.filter(
    ({ inboundMessageId }) => inboundMessageId === note.confirmedInboundMessageId,
  );
  const isStored = (pull: Pull) =>
    pulls.some((each) => each.carrierPieceId === pull.carrierPieceId && each.atMs === note.atMs);
  const lastOfPiece = new Map(pulls.map((pull) => [pull.carrierPieceId, pull]));
  return [...lastOfPiece.values()]
    .filter((pull) => !isStored(pull))
    .map((pull) => ({ ...NOTHING, pull: { ...pull, atMs: note.atMs } }));
}

/** The status and reason that each timer's fact has. */
const TIMER_READINGS: Readonly<
  Record<Timer, { status: 'exception' | 'none'; reason: string | null }>
> = {
  stalled: { status: 'exception', reason: 'stalled' },
  expired: { status: 'none', reason: 'expired' },
  confirmation_timed_out: { status: 'none', reason: null },
  not_found: { status: 'none', reason: 'not_found' },
};

/** Creates the fact of one of the hub's own timers, about the steering fact `about`. */
function timerFact(note: TimerNote, about: string | null): Fact {
  const { status, reason } = TIMER_READINGS[note.kind];
  return {
    identity: hashIdentity(['1', note.kind, about ?? '', String(note.sequence)]),
    source: note.kind,
    code: note.kind,
    codes: {},
    piece: null,
    summary: false,
    about,
    reading: {
      status,
      reason,
      milestone: null,
      logical: true,
      hidden: status === 'none',
      known: true,
      reviewed: true,
      rule: null,
      correction: false,
      returnCancelled: false,
      mappingVersion: 'timer',
    },
    observations: [
      {
        inboundMessageId: note.inboundMessageId,
        carrierPieceId: null,
        source: 'internal',
        trust: 'internal',
        byAccount: false,
        receivedAtMs: note.receivedAtMs,
        time: utcTime(note.atMs),
        place: null,
      },
    ],
  };
}

function observationsOf({ identity, observations }: Fact): Additions['observations'] {
  return observations.map((observation) => ({ identity, observation }));
}

/**
 * Returns an instant (epoch ms) as the time of one of the hub's own events: in UTC, to the
 * millisecond.
 */
export function utcTime(ms: number): PlaceTime {
  return {
    local: new Date(ms).toISOString().slice(0, 23),
    precision: 'second',
    zoneSource: 'offset',
    offsetMin: 0,
    zone: null,
  };
}
