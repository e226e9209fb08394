import { estimateLocals } from '../../../events/estimate.ts';
import type { EstimateView } from '../../../events/estimate-view.ts';
import type { BesideShipment, ShipmentEvent } from '../../../events/event.ts';
import { isStatus, isTerminal, type Status } from '../../../kernel/status.ts';
import type { Milestone } from '../contract.ts';

/** From where a day begins first to where it ends last, that is in UTC-12. */
const LONGEST_DAY_MS = 36 * 3_600_000;

/** The update that brings the recipient the PIN: the courier is coming, and will ask for it. */
export const PIN_MILESTONE = 'out_for_delivery' satisfies Milestone;

/** Something in an event that people may want to be notified of. */
export interface MilestoneUpdate {
  readonly milestone: Milestone;
  /** Sent once per window: the milestone; cases and requests each separately. */
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
      return ofStatus(event);
    case 'shipment.delivered':
      return one('delivered').map((update) => ({ ...update, occurredAtMs: happenedMs(event) }));
    case 'shipment.corrected':
      return was.status === undefined ? [] : one('corrected', correctionOf(was.status));
    case 'shipment.edd_changed':
      return ofEstimate(event).flatMap((milestone) => one(milestone));
    case 'shipment.delay_predicted':
      return isOver(data) ? [] : one('delay_predicted');
    case 'shipment.exception_opened':
      return one('exception_opened', `exception_opened:${event.data.case.id}`);
    case 'shipment.exception_updated':
      return one('exception_updated', `exception_updated:${event.data.case.id}`);
    case 'shipment.exception_resolved':
      return one('exception_resolved', `exception_resolved:${event.data.case.id}`);
    case 'delivery_request.resolved':
      return ofDeliveryRequest(event.data).flatMap((subject) =>
        one('delivery_request_confirmed', subject),
      );
    case 'shipment.arriving':
      // Each attempt separately: the event exists once per attempt.
      return isOver(data) ? [] : one('arriving', `arriving:${event.id}`);
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

function ofStatus(event: ShipmentEvent): MilestoneUpdate[] {
  const { data, previousAttributes: was } = event;
  const { status, sub_status: reason } = data;
  const of = (milestone: Milestone): MilestoneUpdate[] => [
    { milestone, subject: milestone, occurredAtMs: happenedMs(event) },
  ];
  // A person said that trouble is over; where the parcel is now, and when it comes, no carrier did.
  // That it comes today a person says only who knows; the carrier's own scan changes nothing then.
  if (data.resumed === true && status !== 'out_for_delivery') return [];
  if (reason === 'stalled') return 'sub_status' in was ? of('stalled') : [];
  // A new problem is worth a message; another description of the same state is not.
  if (!('status' in was) && !(status === 'exception' && 'sub_status' in was)) return [];
  // When it is confirmed, shipment.delivered follows, and that is announced.
  return status === 'delivered' && data.confirmed !== false ? [] : of(status);
}

/** A first estimate is no change; one later than the promise always matters. */
function ofEstimate({ data, previousAttributes: was, recordedAtMs }: ShipmentEvent): Milestone[] {
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
 * Whether nobody was notified of another date before: counted ones are not sent, and a carrier's that was
 * not weighed yet (it has no confidence) gives way to the model's in the same moment.
 */
function isFirst(was: EstimateView | null | undefined, now: EstimateView): boolean {
  if (was?.source === 'rule') return true;
  return was?.confidence === null && now.source === 'model';
}

/** Over wherever on earth it may be: a carrier's old date that moves is no date to wait for. */
function isPast(day: string, nowMs: number): boolean {
  return Date.parse(day) + LONGEST_DAY_MS <= nowMs;
}

function lastDayOf(estimate: EstimateView): string | null {
  const { to } = estimateLocals(estimate);
  const date = dateOf(estimate);
  const day = to?.includes('-') ? to.slice(0, 10) : null;
  return day !== null && date !== null && day < date ? date : day;
}

/** `YYYY-MM-DD`; two that differ are a day apart at least. */
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
 * Each request by itself. Whoever asked in the recipient's place knows that it was refused; the
 * recipient, who asked for nothing, is not to be notified of it.
 */
function ofDeliveryRequest({
  delivery_request: { id, state, made_by: madeBy },
}: BesideShipment<'delivery_request.resolved'>): string[] {
  const isForThem = state !== 'refused' || madeBy === 'recipient';
  return isForThem ? [`delivery_request_confirmed:${id}`] : [];
}

/** When the carrier says it happened; when we learned of it where the carrier does not say. */
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
 * The subject that retracts a subject; for a correction, the one that it retracts. In such a pair
 * the later counts: an address notified of the one must be notified of the other again, even if a
 * window is open. Null: nothing retracts it. Pure.
 */
export function oppositeOf(subject: string): string | null {
  if (subject.startsWith(CORRECTED)) return subject.slice(CORRECTED.length);
  return isStatus(subject) && isTerminal(subject) ? correctionOf(subject) : null;
}
