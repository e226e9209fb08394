import { withTenant } from '../../../platform/database/database.ts';
import type { EventsDeps } from '../deps.ts';
import { noteEvents } from '../devices/devices.sql.ts';
import type { Driver } from '../devices/devices.ts';
import { actionOfCode, endsCustody } from './custody.ts';
import type { Sending } from './driver-event.ts';
import {
  correctQueue,
  type DriverEvent,
  type DriverResult,
  type EventRefusal,
  type NoteEvent,
  type ReadEvent,
  type ScanEvent,
  type StatusEvent,
} from './driver-event.ts';
import { eventsBefore } from './driver-events.sql.ts';
import { takeScanEvents } from './take-scan-events.ts';
import { takeNoteEvent, takeStatusEvent } from './take-status-event.ts';

/** Events of one request; a day of 200 stops fits. */
export const DRIVER_EVENTS_MAX = 500;

interface EventsAnswer {
  /** How far ahead the device's clock was taken to be, in ms; null: not known. */
  readonly clockOffsetMs: number | null;
  readonly results: readonly DriverResult[];
}

/** Events that devices send about a courier's work. */
export interface DriverEvents {
  /**
   * Accepts events in the given order; resolves once they are on disk, with one result for each.
   * Repeated events change nothing. Rejects if some could not be stored; when the device sends all
   * again, the stored ones count as repeated.
   *
   * @param offsetMs how far ahead the device reports its clock; null: not reported.
   */
  take(
    driver: Driver,
    events: readonly ReadEvent[],
    offsetMs: number | null,
  ): Promise<EventsAnswer>;
}

/** Creates the intake of events from devices. */
export function createDriverEvents(deps: EventsDeps): DriverEvents {
  return {
    async take(driver, read, offsetMs) {
      const nowMs = deps.clock.nowMs();
      const events = read.flatMap((each) => ('event' in each ? [each.event] : []));
      const atsMs = events.map(({ at }) => Date.parse(at));
      const { clockMs, eachMs } = correctQueue(offsetMs, atsMs, nowMs);
      const corrections = new Map(events.map((event, index) => [event, eachMs[index] ?? clockMs]));
      const fresh = await selectNewEvents(deps, driver, events);
      for (const run of splitIntoRuns(deps, fresh.events, corrections)) {
        const { correctionMs } = run;
        await takeRun(deps, { driver, nowMs, correctionMs }, run, fresh.outcomes);
      }
      await withTenant(deps.db.app, driver.tenant, (tx) =>
        noteEvents(tx, driver.deviceId, offsetMs, nowMs),
      );
      return {
        clockOffsetMs: clockMs === 0 ? offsetMs : clockMs,
        results: resultsOf(read, fresh),
      };
    },
  };
}

interface Fresh {
  /** The events to process, each id once. */
  readonly events: readonly DriverEvent[];
  /** The refusal of each event by id, null if accepted; includes earlier events. */
  readonly outcomes: Map<string, EventRefusal | null>;
  readonly known: ReadonlySet<string>;
}

/**
 * Selects the events that were not processed before, and reads the outcomes of the others. An event
 * that was refused but may be repeated counts as new.
 */
async function selectNewEvents(
  { db }: EventsDeps,
  { tenant, courierId }: Driver,
  events: readonly DriverEvent[],
): Promise<Fresh> {
  const ids = [...new Set(events.map(({ id }) => id))];
  const before = await withTenant(db.app, tenant, (tx) => eventsBefore(tx, courierId, ids));
  for (const event of events) {
    const isRepeatable = event.type === 'scan' && event.isRepeatable === true;
    if (isRepeatable && before.get(event.id)?.refusal !== null) before.delete(event.id);
  }
  const outcomes = new Map([...before].map(([id, { refusal }]) => [id, refusal]));
  const firstById = new Map<string, DriverEvent>();
  for (const event of events) {
    if (!before.has(event.id) && !firstById.has(event.id)) firstById.set(event.id, event);
  }
  return { events: [...firstById.values()], outcomes, known: new Set(before.keys()) };
}

/** Events that are processed together. */
interface Run {
  readonly correctionMs: number;
  readonly work: readonly ScanEvent[] | StatusEvent | NoteEvent;
}

/**
 * Splits events into runs. Consecutive scans are one run, everything else is processed one by one.
 * A run ends after a parcel is given away, because that change is on disk only when the run is.
 */
function* splitIntoRuns(
  { parcels }: Pick<EventsDeps, 'parcels'>,
  events: readonly DriverEvent[],
  corrections: ReadonlyMap<DriverEvent, number>,
): Generator<Run> {
  let scans: ScanEvent[] = [];
  let correctionMs = 0;
  let given = new Set<string>();
  function* flush(): Generator<Run> {
    if (scans.length > 0) yield { correctionMs, work: scans };
    scans = [];
    given = new Set();
  }
  for (const event of events) {
    const ownMs = corrections.get(event) ?? 0;
    if (event.type !== 'scan') {
      yield* flush();
      yield { correctionMs: ownMs, work: event };
      continue;
    }
    const number = parcels.spelled(event.tracking_number);
    if (given.has(number) || ownMs !== correctionMs) yield* flush();
    correctionMs = ownMs;
    scans.push(event);
    if (endsCustody(actionOfCode(event.code))) given.add(number);
  }
  yield* flush();
}

async function takeRun(
  deps: EventsDeps,
  sending: Sending,
  { work }: Run,
  outcomes: Map<string, EventRefusal | null>,
): Promise<void> {
  if ('type' in work) {
    const refusal =
      work.type === 'status'
        ? await takeStatusEvent(deps, sending, work)
        : await takeNoteEvent(deps, sending, work);
    outcomes.set(work.id, refusal);
    return;
  }
  for (const [id, refusal] of await takeScanEvents(deps, sending, work)) outcomes.set(id, refusal);
}

/**
 * The result of each event, in order. Only the first one accepted with an id is not a duplicate.
 */
function resultsOf(read: readonly ReadEvent[], { outcomes, known }: Fresh): DriverResult[] {
  const accepted = new Set(known);
  return read.map((each) => {
    if (!('event' in each)) return { id: each.id, outcome: 'refused', refusal: each.refusal };
    const { id } = each.event;
    const refusal = outcomes.get(id) ?? null;
    if (refusal !== null) return { id, outcome: 'refused', refusal };
    const isRepeated = accepted.has(id);
    accepted.add(id);
    return { id, outcome: isRepeated ? 'duplicate' : 'accepted' };
  });
}
