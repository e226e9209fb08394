import type { ReadStatus } from '../../../kernel/status.ts';

/** An event of the timeline, reduced to what cases need. */
export interface ObservedEvent {
  readonly identity: string;
  readonly status: ReadStatus;
  readonly reason: string | null;
  /** When the event happened, read as UTC if its zone is unknown; null: it has no time. */
  readonly atMs: number | null;
}

/**
 * Scans of an attempt within this time are one visit: nobody drives to the same door twice so soon,
 * but carriers often scan one visit twice.
 */
const SAME_VISIT_MS = 6 * 3_600_000;

export interface Attempts {
  readonly count: number;
  readonly last: ObservedEvent | null;
}

/**
 * Failed visits in a timeline, oldest event first. Consecutive scans of an attempt are one visit,
 * unless the parcel went out for delivery between them or hours lie between. Pure.
 */
export function attemptsOf(events: readonly ObservedEvent[]): Attempts {
  let count = 0;
  let last: ObservedEvent | null = null;
  let wentOut = true;
  for (const event of events) {
    if (event.status === 'out_for_delivery') wentOut = true;
    if (event.status !== 'delivery_attempted') continue;
    if (wentOut || isApart(last, event)) count += 1;
    wentOut = false;
    last = event;
  }
  return { count, last };
}

function isApart(last: ObservedEvent | null, event: ObservedEvent): boolean {
  if (last === null) return true;
  if (last.atMs === null || event.atMs === null) return false;
  return event.atMs - last.atMs >= SAME_VISIT_MS;
}
