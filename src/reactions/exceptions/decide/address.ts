import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { patchShipment, viewShipment } from '../../../tracking/ports/shipments.ts';
import { loadCaseHistory, proposedAddress } from '../cases/case-details.ts';
import { changeCase, closedCase, findCase, type History } from '../cases/change-case.ts';
import {
  type CaseOutcomeOf,
  type CaseRefusal,
  move,
  targetOf,
  type Worker,
} from '../cases/work-cases.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { askCarrier, type CarrierTake, isOffered, requestOf } from '../requests/carrier-request.ts';
import { type DeliveryRequest, openDeliveryRequest } from '../requests/request.ts';
import { resolveDeliveryRequest } from '../requests/requests.sql.ts';

export type AddressOutcome =
  | {
      readonly kind: 'approved';
      readonly carrier: 'accepted' | 'refused' | 'not_asked' | 'no_answer';
    }
  /** There is no confirmed or corrected address to approve. */
  | { readonly kind: 'nothing_proposed' }
  /** The carrier can only be asked later; nothing was changed. */
  | { readonly kind: 'later'; readonly retryAfterS: number }
  | { readonly kind: 'not_found' }
  | CaseRefusal;

interface Approval {
  /**
   * The address to use instead of the recipient's, if a person has corrected it; null: the
   * recipient's.
   */
  readonly address: Extract<DeliveryRequest, { kind: 'address' }>['address'];
  /**
   * Whether to ask the carrier to deliver there, if it accepts such requests. It may charge for
   * that.
   */
  readonly askCarrier: boolean;
  readonly note: string | null;
}

/**
 * Makes the recipient's proposed address the shipment's destination, asks the carrier to deliver
 * there if it accepts such requests, and lets the parcel continue. The request is claimed first, so
 * that only one of two concurrent approvals takes effect.
 */
export async function approveAddress(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: Worker,
  approval: Approval,
): Promise<AddressOutcome> {
  const { tracking } = deps;
  const exceptionCase = await findCase(deps, tenant, caseId);
  if (exceptionCase === null) return { kind: 'not_found' };
  if (exceptionCase.state === 'closed') return { kind: 'closed' };
  const caseHistory = await withTenant(tracking.db.app, tenant, (tx) =>
    loadCaseHistory(tx, exceptionCase.shipmentId),
  );
  const proposed = proposedAddress(caseHistory.deliveryRequests);
  const request = proposed && openDeliveryRequest(deps, proposed);
  if (proposed?.caseId !== exceptionCase.id || request?.kind !== 'address')
    return { kind: 'nothing_proposed' };
  const { pipeline } = tracking.db;
  const nowMs = tracking.clock.nowMs();
  const claimed = await resolveDeliveryRequest(pipeline, proposed.id, ['open'], {
    state: 'asking',
    atMs: nowMs,
  });
  if (!claimed) return { kind: 'nothing_proposed' };
  const reopen = () =>
    resolveDeliveryRequest(pipeline, proposed.id, ['asking'], { state: 'open', atMs: null });
  try {
    const address = approval.address ?? request.address;
    const carrierAnswer = await askForRedirect(
      deps,
      tenant,
      exceptionCase.shipmentId,
      address,
      approval.askCarrier,
    );
    if (carrierAnswer.kind === 'later') {
      await reopen();
      return carrierAnswer;
    }
    if (address !== null) await storeAddress(deps, tenant, exceptionCase.shipmentId, address);
    const view = await viewShipment(tracking, tenant, exceptionCase.shipmentId);
    if (view === null) return { kind: 'not_found' };
    const target = targetOf(view, 'resolved', null);
    const moved =
      target && (await move(deps, tenant, exceptionCase.shipmentId, by, target, approval.note));
    const carrier = carrierOutcome(carrierAnswer);
    const changed = await changeCase<CaseRefusal>(deps, tenant, caseId, async (now) => {
      const done = { state: 'done' as const, atMs: nowMs };
      const isDone = await resolveDeliveryRequest(now.tx, proposed.id, ['asking', 'open'], done);
      const settles = isDone ? { ...proposed, state: done.state } : undefined;
      const history: History[] = [
        {
          type: 'address_approved',
          actor: by.actor,
          note: approval.note,
          data: { corrected: address !== null, carrier },
        },
      ];
      if (target !== null && moved === null) {
        history.push({ type: 'resumed', actor: by.actor, data: { to: target } });
      }
      if (now.exceptionCase.state === 'closed')
        return { exceptionCase: now.exceptionCase, history, tell: null, settles };
      const data = { outcome: 'resolved', how: 'person' };
      return {
        exceptionCase: closedCase(now.exceptionCase, 'resolved', 'person', now.nowMs),
        history: [...history, { type: 'closed', actor: by.actor, data }],
        tell: 'resolved',
        settles,
      };
    });
    return changed.kind === 'done' ? { kind: 'approved', carrier } : changed;
  } catch (error) {
    await reopen();
    throw error;
  }
}

/** Refuses the proposed address. The recipient is asked again. */
export async function refuseAddress(
  deps: ExceptionsDeps,
  tenant: Tenant,
  caseId: string,
  by: Worker,
  note: string | null,
): Promise<CaseOutcomeOf | { readonly kind: 'nothing_proposed' }> {
  return changeCase<CaseRefusal | { readonly kind: 'nothing_proposed' }>(
    deps,
    tenant,
    caseId,
    async ({ tx, exceptionCase, nowMs, caseHistory }) => {
      const proposed = proposedAddress(caseHistory.deliveryRequests);
      if (proposed?.caseId !== exceptionCase.id) return { kind: 'nothing_proposed' };
      const refused = { state: 'refused' as const, atMs: nowMs };
      const isRefused = await resolveDeliveryRequest(tx, proposed.id, ['open'], refused);
      return {
        exceptionCase,
        settles: isRefused ? { ...proposed, state: refused.state } : undefined,
        history: [{ type: 'address_refused', actor: by.actor, note }],
        tell: exceptionCase.state === 'closed' ? null : 'updated',
      };
    },
  );
}

/**
 * Asks the carrier to deliver to the address; `not_by_carrier` if it is not to be asked or does not
 * offer that, `later` while the account is paused.
 */
async function askForRedirect(
  { carriers, tracking, log }: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
  address: Approval['address'],
  isRequested: boolean,
): Promise<CarrierTake> {
  const none = { kind: 'not_by_carrier' } as const;
  const view = await viewShipment(tracking, tenant, shipmentId);
  if (!isRequested || address === null || carriers === null || view === null) return none;
  const { shipment, personal } = view;
  const request = requestOf(shipment, personal, { kind: 'address', address });
  if (request === null) return none;
  try {
    const { carrier, trackingNumber } = shipment;
    const options = await carriers.redirectOptions(tenant, carrier, trackingNumber);
    if (options.outcome === 'paused') return { kind: 'later', retryAfterS: options.retryAfterS };
    if (options.outcome !== 'asked' || options.value.outcome !== 'options') return none;
    if (!isOffered(options.value.options, 'address', personal)) return none;
    return await askCarrier(carriers, tenant, shipment, request);
  } catch (error) {
    log.warn({ err: error, shipment_id: shipmentId }, 'a carrier could not be reached');
    return { kind: 'no_answer' };
  }
}

function carrierOutcome(
  carrierAnswer: CarrierTake,
): 'accepted' | 'refused' | 'not_asked' | 'no_answer' {
  switch (carrierAnswer.kind) {
    case 'accepted':
    case 'refused':
    case 'no_answer':
      return carrierAnswer.kind;
    default:
      return 'not_asked';
  }
}

/**
 * Replaces the destination by the corrected address. Name, company and country stay the same unless
 * the correction contains them.
 */
async function storeAddress(
  { tracking }: ExceptionsDeps,
  tenant: Tenant,
  shipmentId: string,
  address: NonNullable<Approval['address']>,
): Promise<void> {
  const view = await viewShipment(tracking, tenant, shipmentId);
  const { country, name, company } = view?.personal.destination ?? {};
  const unchanged = Object.fromEntries(
    Object.entries({ name, company, country }).filter(([, value]) => typeof value === 'string'),
  );
  const destination = { ...unchanged, ...address };
  await patchShipment(tracking, tenant, shipmentId, { personal: { destination } });
}
