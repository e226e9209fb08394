import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import {
  commandShipment,
  type Shipment,
  type ShipmentView,
  viewShipment,
} from '../../../tracking/ports/shipments.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { ownPolicy } from '../policy/own-policy.ts';
import { type DeliveryRequest, openDeliveryRequest } from '../requests/request.ts';
import {
  type DeliveryRequestRow,
  resolveDeliveryRequest as settleRow,
} from '../requests/requests.sql.ts';
import type { CaseActor, CaseKind, CaseOutcome, ExceptionCase } from './case.ts';
import {
  backTo,
  caseJson,
  isUnderWay,
  loadCaseHistory,
  proposedAddress,
  type ResolvedTo,
} from './case-details.ts';
import { type CaseEventRow, countEvents, eventsOfCase } from './case-events.sql.ts';
import {
  type Changed,
  changeCase,
  changeOfShipment,
  closedCase,
  findCase,
  newCase,
} from './change-case.ts';

/** The person or key that works on a case. */
export interface Worker {
  readonly actor: Extract<CaseActor, 'merchant' | 'operator'>;
  readonly apiKeyId: string | null;
  /** The name of the program by which a person works; undefined: none. */
  readonly program?: string | undefined;
}

/** Why a case stays unchanged. */
export type CaseRefusal =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open' }
  /** The shipment already has an open case of that kind. */
  | { readonly kind: 'open_already'; readonly caseId: string }
  /** The shipment cannot move to that status; see commands. */
  | { readonly kind: 'forbidden'; readonly current: string; readonly allowed: readonly string[] }
  | { readonly kind: 'overtaken'; readonly current: string }
  /** The case has a claim in progress. */
  | { readonly kind: 'claimed'; readonly claimId: string }
  /** No carrier has accepted a claim for the case. */
  | { readonly kind: 'no_claim' }
  | { readonly kind: 'no_such_request' }
  | { readonly kind: 'too_many'; readonly most: number };

export type CaseOutcomeOf = Changed<CaseRefusal>;

/** A case with everything known about it. */
export interface CaseView {
  readonly exceptionCase: ExceptionCase;
  readonly json: Readonly<Record<string, unknown>>;
  readonly shipment: Shipment;
  /** Whether the recipient can be written to. */
  readonly reachable: boolean;
  /** The parcels that return the goods, named by carriers or the merchant. */
  readonly returns: ShipmentView['links'];
  readonly history: readonly (Omit<CaseEventRow, 'sealedNote'> & {
    readonly note: string | null;
  })[];
  readonly deliveryRequests: readonly {
    readonly row: DeliveryRequestRow;
    /** The content of the request; null: it was erased. */
    readonly deliveryRequest: DeliveryRequest | null;
  }[];
}

/** The number of history entries that are shown; older ones help nobody. */
const HISTORY_SHOWN_MAX = 500;
/** The maximum of notes and changes per case; more means a program in a loop. */
export const HISTORY_MAX = 2_000;

/** Shows a case; null when the tenant has no such case. */
export async function showCase(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
): Promise<CaseView | null> {
  const { tracking } = deps;
  const exceptionCase = await findCase(deps, tenant, caseId);
  const view = exceptionCase && (await viewShipment(tracking, tenant, exceptionCase.shipmentId));
  if (exceptionCase === null || view === null) return null;
  const loaded = await withTenant(tracking.db.app, tenant, async (tx) => ({
    events: await eventsOfCase(tx, exceptionCase.id, HISTORY_SHOWN_MAX),
    caseHistory: await loadCaseHistory(tx, exceptionCase.shipmentId),
  }));
  const { deliveryRequests } = loaded.caseHistory;
  const { shipment } = view;
  return {
    exceptionCase,
    json: caseJson(
      exceptionCase,
      shipment.state.status,
      proposedAddress(deliveryRequests) !== undefined,
    ),
    shipment,
    reachable: ['email', 'phone'].some((name) => Boolean(view.personal.recipient?.[name])),
    returns: view.links.filter(({ kind }) => kind === 'return'),
    history: loaded.events.map(({ sealedNote, ...event }) => ({
      ...event,
      note: sealedNote && openNote(deps, sealedNote),
    })),
    deliveryRequests: deliveryRequests
      .filter((row) => row.caseId === exceptionCase.id)
      .map((row) => ({ row, deliveryRequest: openDeliveryRequest(deps, row) })),
  };
}

/** Opens a case that no carrier reported: the recipient called, or the box arrived wet. */
export async function openCase(
  deps: ExceptionsDeps,
  tenant: Tenant,
  by: Worker,
  wanted: {
    readonly shipmentId: string;
    readonly kind: CaseKind;
    readonly reason: string | null;
    readonly note: string | null;
  },
): Promise<CaseOutcomeOf> {
  const view = await viewShipment(deps.tracking, tenant, wanted.shipmentId);
  if (view === null) return { kind: 'not_found' };
  const { policy } = await ownPolicy(deps, tenant);
  return changeOfShipment<CaseRefusal>(deps, tenant, wanted.shipmentId, async ({ caseHistory }) => {
    const { kind, reason, note } = wanted;
    const open = caseHistory.cases.find(
      ({ exceptionCase }) => exceptionCase.kind === kind && exceptionCase.state === 'open',
    );
    if (open !== undefined) return { kind: 'open_already', caseId: open.exceptionCase.id };
    const exceptionCase = newCase(deps, view, policy, {
      kind,
      reason,
      trigger: 'person',
      attempts: 0,
      openedBy: 'person',
    });
    const data = { status: view.shipment.state.status, reason };
    return {
      exceptionCase,
      isNew: true,
      tell: 'opened',
      history: [{ type: 'opened', actor: by.actor, data, note }],
    };
  });
}

/** Changes the attributes of a case that the merchant's staff manages. */
export async function changeAttributes(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: Worker,
  wanted: { readonly owner?: string | null; readonly deadlineAtMs?: number | null },
): Promise<CaseOutcomeOf> {
  return changeCase<CaseRefusal>(deps, tenant, caseId, async ({ tx, exceptionCase, nowMs }) => {
    if (exceptionCase.state === 'closed') return { kind: 'closed' };
    if ((await countEvents(tx, exceptionCase.id)) >= HISTORY_MAX) return tooMany();
    const { owner = exceptionCase.owner, deadlineAtMs = exceptionCase.deadlineAtMs } = wanted;
    const due = deadlineAtMs !== null && deadlineAtMs <= nowMs;
    const data = {
      ...(owner === exceptionCase.owner ? {} : { owner_set: owner !== null }),
      ...(deadlineAtMs === exceptionCase.deadlineAtMs
        ? {}
        : { deadline_at: deadlineAtMs === null ? null : new Date(deadlineAtMs).toISOString() }),
    };
    return {
      exceptionCase: {
        ...exceptionCase,
        owner,
        deadlineAtMs,
        overdueAtMs: due ? exceptionCase.overdueAtMs : null,
      },
      history:
        Object.keys(data).length === 0
          ? []
          : [
              {
                type: 'changed',
                actor: by.actor,
                program: by.program,
                data,
                note: owner === exceptionCase.owner ? null : owner,
              },
            ],
      tell: deadlineAtMs === exceptionCase.deadlineAtMs ? null : 'updated',
    };
  });
}

/** Adds a note to a case, even to a closed one: later findings belong there. */
export async function addNote(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: Worker,
  note: string,
): Promise<CaseOutcomeOf> {
  return changeCase<CaseRefusal>(deps, tenant, caseId, async ({ tx, exceptionCase }) =>
    (await countEvents(tx, exceptionCase.id)) >= HISTORY_MAX
      ? tooMany()
      : {
          exceptionCase,
          history: [{ type: 'noted', actor: by.actor, program: by.program, note }],
          tell: null,
        },
  );
}

interface Resolution {
  readonly outcome: CaseOutcome;
  /** The status to which the parcel returns; null: the one that the timeline implies. */
  readonly to: ResolvedTo | null;
  readonly note: string | null;
}

/**
 * Ends a case. Resolving moves a shipment in an exception back to where it was; a return sends it
 * back. The shipment moves first: if the transition table refuses, both stay unchanged.
 */
export async function resolveCase(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: Worker,
  { outcome, to, note }: Resolution,
): Promise<CaseOutcomeOf> {
  const exceptionCase = await findCase(deps, tenant, caseId);
  const view =
    exceptionCase && (await viewShipment(deps.tracking, tenant, exceptionCase.shipmentId));
  if (exceptionCase === null || view === null) return { kind: 'not_found' };
  if (exceptionCase.state === 'closed') return { kind: 'closed' };
  const caseHistory = await withTenant(deps.tracking.db.app, tenant, (tx) =>
    loadCaseHistory(tx, exceptionCase.shipmentId),
  );
  const claim = caseHistory.claims.find(
    (each) => each.caseId === exceptionCase.id && isUnderWay(each.state),
  );
  if (claim !== undefined) return { kind: 'claimed', claimId: claim.id };
  const granted = caseHistory.claims.some(
    ({ caseId: of, state }) => of === exceptionCase.id && state === 'accepted',
  );
  if (outcome === 'claimed' && !granted) return { kind: 'no_claim' };
  const target = targetOf(view, outcome, to);
  if (target !== null) {
    const moved = await move(deps, tenant, view.shipment.id, by, target, note);
    if (moved !== null) return moved;
  }
  return changeCase<CaseRefusal>(deps, tenant, caseId, async ({ exceptionCase: now, nowMs }) => {
    const isResumed = target !== null && outcome === 'resolved';
    const data = { outcome, how: 'person', ...(isResumed ? { to: target } : {}) };
    const history = [{ type: 'closed' as const, actor: by.actor, program: by.program, data, note }];
    // The shipment's own update may have closed it already: then only the actor is corrected.
    if (now.state === 'closed')
      return { exceptionCase: { ...now, outcome, closedHow: 'person' }, history, tell: null };
    return { exceptionCase: closedCase(now, outcome, 'person', nowMs), history, tell: 'resolved' };
  });
}

/** Sends the parcel back now, without waiting as the policy would. */
export async function sendBackNow(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: Worker,
  note: string | null,
): Promise<CaseOutcomeOf> {
  const exceptionCase = await findCase(deps, tenant, caseId);
  if (exceptionCase === null) return { kind: 'not_found' };
  if (exceptionCase.state === 'closed') return { kind: 'closed' };
  const moved = await move(deps, tenant, exceptionCase.shipmentId, by, 'returning', note);
  if (moved !== null) return moved;
  return changeCase<CaseRefusal>(deps, tenant, caseId, async ({ exceptionCase: now, nowMs }) => ({
    exceptionCase: { ...now, returnCommandedAtMs: nowMs },
    history: [{ type: 'sent_back', actor: by.actor, note }],
    tell: 'updated',
  }));
}

/**
 * Records that a person has fulfilled a request, or rejects it. A case that consists only of the
 * request ends with it.
 */
export async function resolveDeliveryRequest(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  deliveryRequestId: string,
  by: Worker,
  { done, note }: { readonly done: boolean; readonly note: string | null },
): Promise<CaseOutcomeOf> {
  return changeCase<CaseRefusal>(
    deps,
    tenant,
    caseId,
    async ({ tx, exceptionCase, nowMs, caseHistory }) => {
      const row = caseHistory.deliveryRequests.find(
        (each) => each.id === deliveryRequestId && each.caseId === exceptionCase.id,
      );
      const isTask = row?.state === 'open' && row.kind !== 'address';
      if (row === undefined || !isTask) return { kind: 'no_such_request' };
      const state = done ? ('done' as const) : ('refused' as const);
      await settleRow(tx, row.id, ['open'], { state, atMs: nowMs });
      const settles = { ...row, state };
      const type = done
        ? ('delivery_request_done' as const)
        : ('delivery_request_refused' as const);
      const line = { type, actor: by.actor, data: { delivery_request: row.kind }, note };
      if (exceptionCase.kind !== 'request' || exceptionCase.state === 'closed') {
        return {
          exceptionCase,
          history: [line],
          tell: exceptionCase.state === 'closed' ? null : 'updated',
          settles,
        };
      }
      const data = { outcome: 'resolved', how: 'person' };
      return {
        exceptionCase: closedCase(exceptionCase, 'resolved', 'person', nowMs),
        history: [line, { type: 'closed', actor: by.actor, data }],
        tell: 'resolved',
        settles,
      };
    },
  );
}

export function tooMany(): CaseRefusal {
  return { kind: 'too_many', most: HISTORY_MAX };
}

function openNote(
  { tracking }: ExceptionsDeps,
  { content, dataKey }: NonNullable<CaseEventRow['sealedNote']>,
): string {
  return Buffer.from(tracking.sealer.open(content, dataKey)).toString('utf8');
}

/**
 * Returns the status the shipment must move to when its case ends with this outcome; null: it
 * stays.
 */
export function targetOf(
  { shipment, events }: Pick<ShipmentView, 'shipment' | 'events'>,
  outcome: CaseOutcome,
  to: ResolvedTo | null,
): ResolvedTo | 'returning' | null {
  const { status } = shipment.state;
  if (outcome === 'returned') {
    return status === 'returning' || status === 'returned_to_sender' ? null : 'returning';
  }
  if (outcome === 'claimed') return null;
  if (status !== 'exception') return to;
  return to ?? backTo(events);
}

/** Moves the shipment to a status. Returns null on success, otherwise the reason why it stays. */
export async function move(
  deps: Pick<ExceptionsDeps, 'tracking'>,
  tenant: Tenant,
  shipmentId: string,
  by: Worker,
  status: ResolvedTo | 'returning',
  note: string | null,
): Promise<CaseRefusal | { readonly kind: 'not_found' } | null> {
  const { apiKeyId } = by;
  const resumes = status !== 'returning';
  const command = { status, subStatus: null, occurredAtMs: null, note, apiKeyId, resumes };
  const outcome = await commandShipment(deps.tracking, tenant, shipmentId, command);
  switch (outcome.kind) {
    case 'done':
      return null;
    case 'not_found':
      return outcome;
    case 'forbidden':
      return { kind: 'forbidden', current: outcome.current, allowed: outcome.allowed };
    case 'overtaken':
      return { kind: 'overtaken', current: outcome.current };
    case 'proof_missing':
      throw new Error('only a delivery needs proof, and cases command none');
  }
}
