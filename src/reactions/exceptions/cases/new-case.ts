import { uuidV7 } from '../../../kernel/ids.ts';
import { type ShipmentView, tradeLaneOf } from '../../../tracking/index.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { deadlineMs, type ExceptionPolicy } from '../policy/policy.ts';
import type { CaseKind, ExceptionCase } from './case.ts';
import { lastFacility } from './observed.ts';

/** The initial state of a case. */
export function newCase(
  { tracking }: Pick<ExceptionsDeps, 'tracking'>,
  { shipment, events, personal }: Pick<ShipmentView, 'shipment' | 'events' | 'personal'>,
  policy: ExceptionPolicy,
  of: Pick<ExceptionCase, 'openedBy' | 'reason' | 'trigger' | 'attempts'> & {
    readonly kind: CaseKind;
  },
): ExceptionCase {
  const nowMs = tracking.clock.nowMs();
  return {
    id: uuidV7(nowMs, tracking.randomBytes(10)),
    merchantId: shipment.merchantId,
    mode: shipment.mode,
    shipmentId: shipment.id,
    carrier: shipment.carrier,
    trackingNumber: shipment.trackingNumber,
    kind: of.kind,
    reason: of.reason,
    state: 'open',
    waitingFor: 'merchant',
    outcome: null,
    closedHow: null,
    openedBy: of.openedBy,
    trigger: of.trigger,
    attempts: of.attempts,
    owner: null,
    openedAtMs: nowMs,
    updatedAtMs: nowMs,
    deadlineAtMs: deadlineMs(policy, of.kind, of.reason, nowMs),
    overdueAtMs: null,
    closedAtMs: null,
    returnCommandedAtMs: null,
    returnShipmentId: null,
    lane: tradeLaneOf(personal),
    facility: lastFacility(events),
  };
}

/** The final state of a case. */
export function closedCase(
  it: ExceptionCase,
  outcome: NonNullable<ExceptionCase['outcome']>,
  how: NonNullable<ExceptionCase['closedHow']>,
  nowMs: number,
): ExceptionCase {
  return { ...it, state: 'closed', waitingFor: null, outcome, closedHow: how, closedAtMs: nowMs };
}
