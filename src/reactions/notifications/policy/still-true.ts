import type { Status } from '../../../kernel/status.ts';
import type { Milestone, NotSentReason } from '../contract.ts';
import type { QuietHours } from '../rules/rule-set.ts';
import { dateOf } from '../triggers/milestones-of.ts';
import { isUnwanted, type Preference } from './decide.ts';
import { quietUntilMs } from './quiet-hours.ts';

/** A decision that is about to be carried out, and the world as it is by now. */
export interface RecheckInput {
  readonly milestone: Milestone;
  readonly toMerchant: boolean;
  /** Null: it was deleted. */
  readonly shipment: ShipmentNow | null;
  /** The estimate that is to be told, of `edd_changed` and `delay_predicted`. */
  readonly toldEstimate: { readonly date: string } | null | undefined;
  readonly ruleStands: boolean;
  readonly preference: Preference | null;
  readonly suppressed: boolean;
  /**
   * What the address was told last of the same and of what takes it back (taken-back.ts), or may have
   * been: by earlier news the `same` or its `opposite`, or `since` by later news; null: nothing.
   */
  readonly toldLast: 'same' | 'opposite' | 'since' | null;
  readonly quietHours: QuietHours | null;
  readonly zone: string;
  readonly staleAtMs: number;
  /** How long we ourselves kept it for quiet hours, which is no reason to throw it away. */
  readonly keptMs: number;
  readonly nowMs: number;
}

export interface ShipmentNow {
  readonly status: Status;
  readonly subStatus: string | null;
  readonly confirmed: boolean;
  readonly estimate: { readonly date: string } | null;
}

export type RecheckVerdict =
  | { readonly kind: 'send' }
  | { readonly kind: 'postpone'; readonly untilMs: number }
  | { readonly kind: 'not_sent'; readonly reason: NotSentReason };

/** Between the decision and the sending lie seconds, or a night: what has changed decides. Pure. */
export function recheck(input: RecheckInput): RecheckVerdict {
  const { milestone, shipment, toMerchant, nowMs } = input;
  const not = (reason: NotSentReason): RecheckVerdict => ({ kind: 'not_sent', reason });
  if (shipment === null) return not('deleted');
  if (!input.ruleStands) return not('rule_off');
  if (input.suppressed) return not('bounced');
  if (isUnwanted(input.preference, milestone)) return not('preference');
  if (nowMs > input.staleAtMs + input.keptMs) return not('stale');
  if (!toMerchant && !isStillTrue(input, shipment)) return not('superseded');
  if (!toMerchant && input.toldLast === 'same') return not('duplicate');
  const hours = toMerchant ? null : input.quietHours;
  const untilMs = hours === null ? null : quietUntilMs(hours, input.zone, nowMs);
  return untilMs === null ? { kind: 'send' } : { kind: 'postpone', untilMs };
}

const UNDER_WAY: readonly Status[] = ['created', 'picked_up', 'in_transit', 'at_facility'];
const NOT_OVER: readonly Status[] = [
  ...UNDER_WAY,
  'out_for_delivery',
  'available_for_pickup',
  'delivery_attempted',
  'exception',
];

/**
 * The statuses in which a milestone is still worth telling. That it was picked up is worth knowing
 * while it travels; that it comes today is wrong as soon as it does not.
 */
const WORTH_TELLING: Readonly<Partial<Record<Milestone, readonly Status[]>>> = {
  created: UNDER_WAY,
  picked_up: UNDER_WAY,
  in_transit: ['in_transit', 'at_facility'],
  at_facility: ['at_facility', 'in_transit'],
  out_for_delivery: ['out_for_delivery'],
  available_for_pickup: ['available_for_pickup'],
  // Back at the depot it can still be told when to come again.
  delivery_attempted: ['delivery_attempted', 'at_facility', 'in_transit', 'exception'],
  exception: ['exception'],
  returning: ['returning'],
  delivered: ['delivered'],
  returned_to_sender: ['returned_to_sender'],
  cancelled: ['cancelled'],
  edd_changed: [...UNDER_WAY, 'exception'],
  delay_predicted: [...UNDER_WAY, 'exception'],
  exception_opened: NOT_OVER,
  exception_updated: NOT_OVER,
  delivery_request_confirmed: NOT_OVER,
};

function isStillTrue(
  { milestone, toldEstimate, toldLast }: RecheckInput,
  { status, subStatus, confirmed, estimate }: ShipmentNow,
): boolean {
  if (toldLast === 'since') return false;
  if (milestone === 'stalled') return subStatus === 'stalled';
  if (milestone === 'delivered') return status === 'delivered' && confirmed;
  if (milestone === 'corrected') return toldLast === 'opposite' && status !== 'delivered';
  const moved = milestone === 'edd_changed' || milestone === 'delay_predicted';
  if (moved && dateOf(estimate) !== dateOf(toldEstimate)) return false;
  return WORTH_TELLING[milestone]?.includes(status) ?? true;
}
