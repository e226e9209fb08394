import type { ReadStatus } from '../../../kernel/status.ts';
import type { DeliveryRequest } from '../requests/request.ts';
import type { DeliveryRequestRow } from '../requests/requests.sql.ts';

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

/** Whether hours lie between two scans. Without both times they count as one visit. */
function isApart(last: ObservedEvent | null, event: ObservedEvent): boolean {
  if (last === null) return true;
  if (last.atMs === null || event.atMs === null) return false;
  return event.atMs - last.atMs >= SAME_VISIT_MS;
}

const DAY_MS = 86_400_000;
/** How long an accepted request blocks others. A carrier fulfils it within days, or never. */
const BLOCKS_MS = 3 * DAY_MS;
/** In some zones a delivery day ends up to half a day later than in UTC. */
const ZONES_MS_MAX = 12 * 3_600_000;

/**
 * Whether an accepted request still blocks others: until its day is over, or until a visit has
 * failed since, after which everything is open again. Pure.
 *
 * @param request null: it was erased.
 */
export function acceptedStands(
  row: Pick<DeliveryRequestRow, 'state' | 'createdAtMs'>,
  deliveryRequest: DeliveryRequest | null,
  attempts: Attempts,
  nowMs: number,
): boolean {
  if (row.state !== 'accepted' || nowMs >= acceptedUntilMs(row, deliveryRequest)) return false;
  return (attempts.last?.atMs ?? 0) <= row.createdAtMs;
}

/**
 * Returns until when an accepted request blocks others: the end of the requested day anywhere, or
 * `BLOCKS_MS` after the request.
 */
function acceptedUntilMs(
  { createdAtMs }: Pick<DeliveryRequestRow, 'createdAtMs'>,
  deliveryRequest: DeliveryRequest | null,
): number {
  if (deliveryRequest?.kind !== 'reschedule') return createdAtMs + BLOCKS_MS;
  return Date.parse(`${deliveryRequest.date}T00:00:00Z`) + DAY_MS + ZONES_MS_MAX;
}

/** Reasons that carriers report for a parcel held or redirected on request. */
const CAUSED_BY_REQUEST: ReadonlySet<string | null> = new Set([
  'held',
  'hold_requested',
  'will_call',
  'delivery_change',
  'change_done',
  'delivery_instructions',
  'rescheduled',
  'redelivery_scheduled',
  'redirected',
  'address_change',
  'appointment',
]);
/**
 * How long a request may cause a carrier's reports. Anything later is the carrier's own decision.
 */
const REQUEST_EFFECT_MS = 14 * DAY_MS;

/**
 * Whether the carrier's report is the effect of somebody's request, with no failed visit since.
 * Pure.
 */
export function isCausedByRequest(
  reason: string | null,
  attempts: Attempts,
  deliveryRequests: readonly { readonly atMs: number }[],
  nowMs: number,
): boolean {
  const lastAtMs = attempts.last?.atMs ?? 0;
  return (
    CAUSED_BY_REQUEST.has(reason) &&
    deliveryRequests.some(({ atMs }) => atMs >= lastAtMs && nowMs - atMs <= REQUEST_EFFECT_MS)
  );
}
