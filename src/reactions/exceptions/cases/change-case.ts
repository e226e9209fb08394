import { isUuid, uuidV7 } from '../../../kernel/ids.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { type Queryable, withTenant } from '../../../platform/database/database.ts';
import {
  announceUpdates,
  type ShipmentUpdate,
  tradeLaneOf,
} from '../../../tracking/ports/predictions.ts';
import type { Shipment, ShipmentView } from '../../../tracking/ports/shipments.ts';
import { waitingFor } from '../decide/decide.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { deadlineMs, type ExceptionPolicy } from '../policy/policy.ts';
import { type ResolvedDeliveryRequest, resolvedRequestEvent } from '../requests/request.ts';
import type { CaseActor, CaseKind, ExceptionCase } from './case.ts';
import {
  type CaseHistory,
  caseJson,
  lastFacility,
  loadCaseHistory,
  proposedAddress,
} from './case-details.ts';
import { type CaseEventType, insertCaseEvent } from './case-events.sql.ts';
import { caseById, insertCase, updateCase } from './cases.sql.ts';

/** One entry of a case's history. */
export interface History {
  readonly type: CaseEventType;
  readonly actor: CaseActor;
  /** The name of the program by which the actor did it. */
  readonly program?: string | undefined;
  /** When it happened, if that was before it was noticed, epoch ms. */
  readonly atMs?: number;
  /** More about what happened; nothing personal. */
  readonly data?: Readonly<Record<string, unknown>>;
  /** A person's note, which is stored sealed. */
  readonly note?: string | null;
}

/** The new state of a case, with the reason. */
export interface CaseChange {
  readonly exceptionCase: ExceptionCase;
  readonly isNew?: boolean;
  readonly history: readonly History[];
  /** The event for consumers of the log; null: none. */
  readonly tell: 'opened' | 'updated' | 'resolved' | null;
  /** The request that the change settles, which has an event of its own. */
  readonly settles?: ResolvedDeliveryRequest | undefined;
  /** Writes rows that belong to a new case, after the case itself. */
  readonly alongside?: () => Promise<unknown>;
}

/** A request settled without a case: nothing was wrong with the parcel. */
type DeliveryRequestChange = Required<Pick<CaseChange, 'settles'>>;

/** A case under the lock, with its shipment and everything done about it. */
export interface CaseNow {
  readonly tx: Queryable;
  readonly nowMs: number;
  readonly shipment: Shipment;
  readonly caseHistory: CaseHistory;
}

export type Changed<Refusal> =
  | { readonly kind: 'done'; readonly exceptionCase: ExceptionCase; readonly shipment: Shipment }
  | { readonly kind: 'not_found' }
  | Refusal;

/**
 * Changes a case of the tenant: rows, history and log entries in one transaction that locks the
 * shipment's shard, so that concurrent changes are serialized.
 *
 * @param change returns a refusal to leave everything unchanged.
 */
export async function changeCase<Refusal extends { readonly kind: string } = never>(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  change: (
    now: CaseNow & { readonly exceptionCase: ExceptionCase },
  ) => Promise<CaseChange | Refusal>,
): Promise<Changed<Refusal>> {
  const found = await findCase(deps, tenant, caseId);
  if (found === null) return { kind: 'not_found' };
  return changeOfShipment<Refusal>(deps, tenant, found.shipmentId, async (now) => {
    const exceptionCase = now.caseHistory.cases.find(
      (each) => each.exceptionCase.id === found.id,
    )?.exceptionCase;
    return exceptionCase === undefined ? null : change({ ...now, exceptionCase });
  });
}

/**
 * Like `changeCase`, but `change` itself finds or creates the shipment's case. It returns null if
 * there is none.
 */
export async function changeOfShipment<Refusal extends { readonly kind: string } = never>(
  deps: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
  change: (now: CaseNow) => Promise<CaseChange | DeliveryRequestChange | Refusal | null>,
): Promise<Changed<Refusal>> {
  const { tracking } = deps;
  let result: Changed<Refusal> = { kind: 'not_found' };
  await announceUpdates(tracking, tenant, shipmentId, async (tx, shipment) => {
    if (shipment.deletedAtMs !== null) return null;
    const nowMs = tracking.clock.nowMs();
    const caseHistory = await loadCaseHistory(tx, shipmentId);
    const changed = await change({ tx, nowMs, shipment, caseHistory });
    if (changed === null) return null;
    if ('kind' in changed) {
      result = changed;
      return null;
    }
    if (!('exceptionCase' in changed))
      return changed.settles === undefined ? null : resolvedRequestEvent(changed.settles);
    const { exceptionCase, updates } = await writeChange(deps, tx, shipment, changed, nowMs);
    result = { kind: 'done', exceptionCase, shipment };
    return updates;
  });
  return result;
}

/** Finds a case; null when the tenant has no such case, or its shipment was deleted. */
export async function findCase(
  { tracking }: Pick<ExceptionsDeps, 'tracking'>,
  tenant: Tenant,
  caseId: string,
): Promise<ExceptionCase | null> {
  if (!isUuid(caseId)) return null;
  const found = await withTenant(tracking.db.app, tenant, (tx) => caseById(tx, caseId));
  return found?.trackingNumber === null ? null : found;
}

/** Stores a change, under the lock, and returns the events to publish. */
export async function writeChange(
  deps: Pick<ExceptionsDeps, 'tracking'>,
  tx: Queryable,
  shipment: Shipment,
  { exceptionCase, isNew, history, tell, settles, alongside }: CaseChange,
  nowMs: number,
): Promise<{ readonly exceptionCase: ExceptionCase; readonly updates: readonly ShipmentUpdate[] }> {
  if (isNew === true) await insertCase(tx, exceptionCase);
  await alongside?.();
  // Includes the change's own effects on requests and claims.
  const caseHistory = await loadCaseHistory(tx, exceptionCase.shipmentId);
  const before = caseHistory.cases.find((each) => each.exceptionCase.id === exceptionCase.id);
  const next = { ...(before ?? { deliveryRequestOpen: false, claim: null }), exceptionCase };
  const { status } = shipment.state;
  const after: ExceptionCase = {
    ...exceptionCase,
    updatedAtMs: nowMs,
    waitingFor:
      exceptionCase.state === 'closed'
        ? null
        : waitingFor(next, status, caseHistory.standing, nowMs),
  };
  await updateCase(tx, after);
  for (const line of history) await insertHistory(deps, tx, after, line, nowMs);
  const updates = settles === undefined ? [] : [resolvedRequestEvent(settles)];
  if (tell === null) return { exceptionCase: after, updates };
  const proposed = proposedAddress(caseHistory.deliveryRequests) !== undefined;
  const update: ShipmentUpdate = {
    type: `shipment.exception_${tell}`,
    also: {
      case: caseJson(after, status, proposed),
      happened: history.map(({ type }) => type),
    },
    previousAttributes:
      isNew === true || before === undefined
        ? {}
        : { case: previousValues(before.exceptionCase, after, status, proposed) },
  };
  return { exceptionCase: after, updates: [...updates, update] };
}

async function insertHistory(
  { tracking }: Pick<ExceptionsDeps, 'tracking'>,
  tx: Queryable,
  owner: ExceptionCase,
  { type, actor, program, data, note, atMs }: History,
  nowMs: number,
): Promise<void> {
  const sealed = note ? tracking.sealer.seal(Buffer.from(note, 'utf8')) : null;
  await insertCaseEvent(tx, owner, {
    id: uuidV7(nowMs, tracking.randomBytes(10)),
    caseId: owner.id,
    atMs: atMs ?? nowMs,
    type,
    actor,
    data: { ...data, ...(program !== undefined && { program }) },
    sealedNote: sealed && { content: sealed.sealed, dataKey: sealed.dataKey },
  });
}

/** The previous values of those members of the case that changed. */
function previousValues(
  before: ExceptionCase,
  after: ExceptionCase,
  status: Shipment['state']['status'],
  proposed: boolean,
): Readonly<Record<string, unknown>> {
  const now = caseJson(after, status, proposed);
  const membersBefore = Object.entries(caseJson(before, status, proposed));
  return Object.fromEntries(
    membersBefore.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(now[name])),
  );
}

/** Returns a new open case with its deadline; stores nothing. */
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

/** Returns the case closed with this outcome; stores nothing. */
export function closedCase(
  it: ExceptionCase,
  outcome: NonNullable<ExceptionCase['outcome']>,
  how: NonNullable<ExceptionCase['closedHow']>,
  nowMs: number,
): ExceptionCase {
  return { ...it, state: 'closed', waitingFor: null, outcome, closedHow: how, closedAtMs: nowMs };
}
