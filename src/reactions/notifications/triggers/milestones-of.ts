import { estimateLocals } from '../../../events/estimate.ts';
import type { EventExtraOf, ShipmentEvent } from '../../../events/event.ts';
import type { EstimateView } from '../../../events/shipment-view.ts';
import { isStatus, isTerminal, type Status } from '../../../kernel/status.ts';
import type { Milestone } from '../contract.ts';

/**
 * The time from the first place where a day begins to the last where it ends, which is in UTC-12.
 */
const LONGEST_DAY_MS = 36 * 3_600_000;

/**
 * The milestone whose message gives the recipient the PIN: the courier is coming, and will ask for
 * it.
 */
export const PIN_MILESTONE = 'out_for_delivery' satisfies Milestone;

/** Something in an event that people may want to be notified of. */
export interface MilestoneUpdate {
  readonly milestone: Milestone;
  /**
   * The identity of the message, which is sent once per window: the milestone; for cases and
   * requests one of their own.
   */
  readonly subject: string;
  readonly occurredAtMs: number;
}

/** The parts of an event that may be worth a message, in the order in which they are sent. Pure. */
export function milestonesOf(event: ShipmentEvent): readonly MilestoneUpdate[] {
  const { data, previousAttributes: was } = event;
  const one = (milestone: Milestone, subject: string = milestone): MilestoneUpdate[] => [
    { milestone, subject, occurredAtMs: event.occurredAtMs },
  ];
  switch (event.type) {
    case 'shipment.created':
      return data.status === 'created' ? one('created') : [];
    case 'shipment.status_changed':
      return statusMilestones(event);
    case 'shipment.delivered':
      return one('delivered').map((update) => ({ ...update, occurredAtMs: happenedMs(event) }));
    case 'shipment.corrected':
      return was.status === undefined ? [] : one('corrected', correctionOf(was.status));
    case 'shipment.edd_changed':
      return estimateMilestones(event).flatMap((milestone) => one(milestone));
    case 'shipment.delay_predicted':
      return isOver(data) ? [] : one('delay_predicted');
    case 'shipment.exception_opened':
      return one('exception_opened', `exception_opened:${event.data.case.id}`);
    case 'shipment.exception_updated':
      return one('exception_updated', `exception_updated:${event.data.case.id}`);
    case 'shipment.exception_resolved':
      return one('exception_resolved', `exception_resolved:${event.data.case.id}`);
    case 'delivery_request.resolved':
      return deliveryRequestSubjects(event.data).flatMap((subject) =>
        one('delivery_request_confirmed', subject),
      );
    case 'shipment.arriving':
      // Each attempt separately: the event exists once per attempt.
      return isOver(data) ? [] : one('arriving', `arriving:${event.id}`);
    // shipment.corrected, which comes with it, notifies the recipient.
    case 'shipment.delivery_withdrawn':
    case 'shipment.confirmed':
    case 'shipment.tracking_updated':
    case 'shipment.updated':
    case 'shipment.expired':
    case 'shipment.proof_added':
    case 'shipment.assigned':
    case 'shipment.unassigned':
    case 'shipment.unassignable':
    case 'shipment.deleted':
      return [];
    default:
      return event satisfies never;
  }
}

function statusMilestones(event: ShipmentEvent): MilestoneUpdate[] {
  const { data, previousAttributes: was } = event;
  const { status, sub_status: reason } = data;
  const of = (milestone: Milestone): MilestoneUpdate[] => [
    { milestone, subject: milestone, occurredAtMs: happenedMs(event) },
  ];
  // A person has ended the trouble, but no carrier has reported where the parcel is now. Only if
  // that person says that it is out for delivery is there a message; the carrier's own scan then
  // changes nothing.
  if (data.resumed === true && status !== 'out_for_delivery') return [];
  if (reason === 'stalled') return 'sub_status' in was ? of('stalled') : [];
  // A new problem is worth a message; another description of the same state is not.
  if (!('status' in was) && !(status === 'exception' && 'sub_status' in was)) return [];
  // When it is confirmed, shipment.delivered follows, and that is announced.
  return status === 'delivered' && data.confirmed !== false ? [] : of(status);
}

/**
 * The milestones of a changed estimate. A first estimate is no change; one later than the promise
 * always matters.
 */
function estimateMilestones({
  data,
  previousAttributes: was,
  recordedAtMs,
}: ShipmentEvent): Milestone[] {
  const { estimated_delivery: estimate, promised_date: promised } = data;
  // Dates from counted working days move with every scan: the page shows them, but nobody is
  // notified.
  if (isOver(data) || !estimate || estimate.source === 'rule') return [];
  const now = dateOf(estimate);
  if (now === null || isPast(lastDayOf(estimate) ?? now, recordedAtMs)) return [];
  const before = isFirst(was.estimated_delivery, estimate) ? null : dateOf(was.estimated_delivery);
  const isLate = promised ? now > promised : false;
  const wasLate = promised && before !== null ? before > promised : false;
  if (isLate && !wasLate) return ['delay_predicted'];
  return before !== null && before !== now ? ['edd_changed'] : [];
}

/**
 * Whether nobody was notified of another date before. Counted dates are not announced, and a
 * carrier's date that was not weighed yet (it has no confidence) is replaced by the model's at the
 * same moment.
 */
function isFirst(was: EstimateView | null | undefined, now: EstimateView): boolean {
  if (was?.source === 'rule') return true;
  return was?.confidence === null && now.source === 'model';
}

/** Whether the day is over everywhere on Earth: nobody waits for a date that has passed. */
function isPast(day: string, nowMs: number): boolean {
  return Date.parse(day) + LONGEST_DAY_MS <= nowMs;
}

function lastDayOf(estimate: EstimateView): string | null {
  const { to } = estimateLocals(estimate);
  const date = dateOf(estimate);
  const day = to?.includes('-') ? to.slice(0, 10) : null;
  return day !== null && date !== null && day < date ? date : day;
}

/** The day of an estimate, `YYYY-MM-DD`; null: there is none. */
export function dateOf(estimate: { readonly date: string } | null | undefined): string | null {
  return estimate?.date.slice(0, 10) ?? null;
}

const OVER: ReadonlySet<Status> = new Set([
  'delivered',
  'returning',
  'returned_to_sender',
  'cancelled',
]);

function isOver(data: ShipmentEvent['data']): boolean {
  return OVER.has(data.status);
}

/**
 * The milestone of a settled request, separately for each request. A request that was refused and
 * that somebody else made is not announced: its author knows, and the recipient asked for nothing.
 */
function deliveryRequestSubjects({
  delivery_request: { id, state, made_by: madeBy },
}: EventExtraOf<'delivery_request.resolved'>): string[] {
  const isForThem = state !== 'refused' || madeBy === 'recipient';
  return isForThem ? [`delivery_request_confirmed:${id}`] : [];
}

/**
 * When it happened according to the carrier; if the carrier does not say, when we learned of it.
 */
function happenedMs({ data, occurredAtMs }: ShipmentEvent): number {
  const at = data.status === 'delivered' ? data.delivered_at : data.last_event_at;
  const ms = at ? Date.parse(at) : Number.NaN;
  return Number.isNaN(ms) ? occurredAtMs : Math.min(ms, occurredAtMs);
}

const CORRECTED = 'corrected:';

/** The subject of a correction: the status that was wrong. */
function correctionOf(wrong: unknown): string {
  return `${CORRECTED}${String(wrong)}`;
}

/**
 * The subject that retracts the given one; for a correction, the one that it retracts. In such a
 * pair the later counts: an address notified of the one must be notified of the other again, even
 * if a window is open. Null: nothing retracts it. Pure.
 */
export function oppositeOf(subject: string): string | null {
  if (subject.startsWith(CORRECTED)) return subject.slice(CORRECTED.length);
  return isStatus(subject) && isTerminal(subject) ? correctionOf(subject) : null;
}
