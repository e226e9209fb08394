import type { Queryable } from '../../../platform/database/database.ts';
import { type ClaimRow, claimsOfShipment } from '../claims/claims.sql.ts';
import type { DeliveryRequestFact, PastCase } from '../decide/decide.ts';
import { type DeliveryRequestRow, deliveryRequestsOfShipment } from '../requests/requests.sql.ts';
import type { ExceptionCase } from './case.ts';
import { casesOfShipment } from './cases.sql.ts';

/** A shipment's cases with everything that was done about them. */
export interface CaseHistory {
  /** Oldest first. */
  readonly cases: readonly PastCase[];
  /** Newest first. */
  readonly deliveryRequests: readonly DeliveryRequestRow[];
  readonly claims: readonly ClaimRow[];
  /** The requests that still count, in the form the rules use. */
  readonly standing: readonly DeliveryRequestFact[];
}

/** More requests than anybody makes for one parcel; older ones no longer count. */
const DELIVERY_REQUESTS_MAX = 50;

/** A request to a carrier without a stored answer after this time counts as not received. */
export const ASKING_MS_MAX = 120_000;

export async function loadCaseHistory(db: Queryable, shipmentId: string): Promise<CaseHistory> {
  const cases = await casesOfShipment(db, shipmentId);
  const deliveryRequests = await deliveryRequestsOfShipment(db, shipmentId, DELIVERY_REQUESTS_MAX);
  const claims = cases.length === 0 ? [] : await claimsOfShipment(db, shipmentId);
  return {
    cases: cases.map((is) => workedCase(is, deliveryRequests, claims)),
    deliveryRequests,
    claims,
    standing: deliveryRequests.flatMap(({ state, createdAtMs }) =>
      state === 'refused' || state === 'replaced' ? [] : [{ state, atMs: createdAtMs }],
    ),
  };
}

function workedCase(
  is: ExceptionCase,
  deliveryRequests: readonly DeliveryRequestRow[],
  claims: readonly ClaimRow[],
): PastCase {
  const claim = claims.find(({ caseId, state }) => caseId === is.id && isUnderWay(state));
  return {
    is,
    deliveryRequestOpen: deliveryRequests.some(
      ({ caseId, state }) => caseId === is.id && state === 'open',
    ),
    claim: claim === undefined ? null : claim.state === 'submitted' ? 'submitted' : 'open',
  };
}

export function isUnderWay(state: ClaimRow['state']): boolean {
  return state === 'draft' || state === 'submitted';
}

/** The address that a recipient confirmed or corrected and that nobody has reviewed yet. */
export function proposedAddress(
  deliveryRequests: readonly DeliveryRequestRow[],
): DeliveryRequestRow | undefined {
  return deliveryRequests.find(({ kind, state }) => kind === 'address' && state === 'open');
}
