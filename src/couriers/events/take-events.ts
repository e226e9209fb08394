import { withTenant } from '../../platform/database/database.ts';
import { noteEvents } from '../devices/devices.sql.ts';
import type { Driver } from '../devices/devices.ts';
import { queueCorrectionMs } from './correct-times.ts';
import type {
  DriverEvent,
  DriverResult,
  EventRefusal,
  ReadEvent,
  ScanEvent,
} from './driver-event.ts';
import { eventsBefore } from './driver-events.sql.ts';
import type { EventsDeps, Sending } from './events-deps.ts';
import { takeScanEvents } from './take-scan-events.ts';
import { takeNoteEvent, takeStatusEvent } from './take-status-event.ts';

export interface TakenEvents {
  /** How far the device's clock was ahead, as far as it was corrected. */
  readonly clockOffsetMs: number | null;
  readonly results: readonly DriverResult[];
}

/** What devices tell of a courier's work. */
export interface DriverEvents {
  /**
   * Takes events in the given order; resolves once they are on disk, with one result for each. What
   * came before changes nothing. Rejects where some could not be stored: sent again, those that were
   * are told as such.
   *
   * @param offsetMs how far the device says its clock is ahead; null: it does not say.
   */
  take(driver: Driver, events: readonly ReadEvent[], offsetMs: number | null): Promise<TakenEvents>;
}

export function createDriverEvents(deps: EventsDeps): DriverEvents {
  return {
    async take(driver, read, offsetMs) {
      const nowMs = deps.clock.nowMs();
      const events = read.flatMap((each) => ('event' in each ? [each.event] : []));
      const atsMs = events.map(({ at }) => Date.parse(at));
      const correctionMs = queueCorrectionMs(offsetMs, atsMs, nowMs);
      const sending = { driver, nowMs, correctionMs };
      const fresh = await withoutKnown(deps, driver, events);
      await takeInOrder(deps, sending, fresh.events, fresh.outcomes);
      await withTenant(deps.db.app, driver.tenant, (tx) =>
        noteEvents(tx, driver.deviceId, offsetMs, nowMs),
      );
      return {
        clockOffsetMs: correctionMs === 0 ? offsetMs : correctionMs,
        results: resultsOf(read, fresh),
      };
    },
  };
}

interface Fresh {
  /** Each id once. */
  readonly events: readonly DriverEvent[];
  /** By id, those of before too. */
  readonly outcomes: Map<string, EventRefusal | null>;
  readonly known: ReadonlySet<string>;
}

async function withoutKnown(
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
  const first = new Map<string, DriverEvent>();
  for (const event of events) {
    if (!before.has(event.id) && !first.has(event.id)) first.set(event.id, event);
  }
  return { events: [...first.values()], outcomes, known: new Set(before.keys()) };
}

/** Scans that follow one another are taken together, everything else one by one. */
async function takeInOrder(
  deps: EventsDeps,
  sending: Sending,
  events: readonly DriverEvent[],
  outcomes: Map<string, EventRefusal | null>,
): Promise<void> {
  let scans: ScanEvent[] = [];
  const flush = async () => {
    if (scans.length === 0) return;
    for (const [id, refusal] of await takeScanEvents(deps, sending, scans)) {
      outcomes.set(id, refusal);
    }
    scans = [];
  };
  for (const event of events) {
    if (event.type === 'scan') {
      scans.push(event);
      continue;
    }
    await flush();
    const refusal =
      event.type === 'status'
        ? await takeStatusEvent(deps, sending, event)
        : await takeNoteEvent(deps, sending, event);
    outcomes.set(event.id, refusal);
  }
  await flush();
}

function resultsOf(read: readonly ReadEvent[], { outcomes, known }: Fresh): DriverResult[] {
  const told = new Set(known);
  return read.map((each) => {
    if (!('event' in each)) return { id: each.id, outcome: 'refused', refusal: each.refusal };
    const { id } = each.event;
    const refusal = outcomes.get(id) ?? null;
    if (refusal !== null) return { id, outcome: 'refused', refusal };
    const isAgain = told.has(id);
    told.add(id);
    return { id, outcome: isAgain ? 'duplicate' : 'accepted' };
  });
}
