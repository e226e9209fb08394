import type { Tenant } from '../../../kernel/tenant.ts';
import { withTenant } from '../../../platform/database/database.ts';
import { viewShipment } from '../../../tracking/index.ts';
import type { ExceptionsDeps } from '../deps.ts';
import type { DeliveryRequest } from '../requests/request.ts';
import { openDeliveryRequest } from '../requests/request-rows.ts';
import type { DeliveryRequestRow } from '../requests/requests.sql.ts';
import type { DayWindow } from '../requests/self-service.ts';
import type { Claim } from './case.ts';
import { loadCaseHistory } from './history.ts';

/** Selects a shipment's requests: one, or those of a case. */
export interface DetailsOf {
  readonly caseId: string | null;
  readonly deliveryRequestId: string | null;
}

/**
 * The personal data that the log omits, for a message to the recipient or a ticket for the
 * merchant's staff. Read when that is written, so it is up to date.
 */
export interface CaseDetails {
  readonly contact: {
    readonly name: string | null;
    readonly email: string | null;
    readonly phone: string | null;
  };
  /** Newest first, without requests that were replaced by another. */
  readonly deliveryRequests: readonly DeliveryRequestDetails[];
  /** The case's newest. */
  readonly claim: Pick<
    Claim,
    'state' | 'amountMinor' | 'grantedMinor' | 'currency' | 'reference'
  > | null;
}

export interface DeliveryRequestDetails {
  readonly kind: DeliveryRequestRow['kind'];
  readonly state: Exclude<DeliveryRequestRow['state'], 'replaced'>;
  /** `YYYY-MM-DD`, of a reschedule. */
  readonly date: string | null;
  readonly window: DayWindow | null;
  readonly instructions: string | null;
  /** The pickup point, with street and city where the carrier names them. */
  readonly place: string | null;
  /** The corrected address; null: it was confirmed, or the request is not about an address. */
  readonly address: readonly string[] | null;
}

/** Null when the tenant has no such shipment any more. */
export async function caseDetails(
  deps: Pick<ExceptionsDeps, 'tracking'>,
  tenant: Tenant,
  shipmentId: string,
  { caseId, deliveryRequestId }: DetailsOf,
): Promise<CaseDetails | null> {
  const { tracking } = deps;
  const view = await viewShipment(tracking, tenant, shipmentId);
  if (view === null) return null;
  const { deliveryRequests, claims } = await withTenant(tracking.db.app, tenant, (tx) =>
    loadCaseHistory(tx, shipmentId),
  );
  const meant = deliveryRequests.filter((row) =>
    deliveryRequestId === null
      ? caseId !== null && row.caseId === caseId
      : row.id === deliveryRequestId,
  );
  const { recipient } = view.personal;
  return {
    contact: {
      name: textOf(recipient?.['name']),
      email: textOf(recipient?.['email']),
      phone: textOf(recipient?.['phone']),
    },
    deliveryRequests: meant.flatMap((row) => {
      const deliveryRequest = openDeliveryRequest(deps, row);
      const { kind, state } = row;
      return deliveryRequest === null || state === 'replaced'
        ? []
        : [{ kind, state, ...deliveryRequestContent(deliveryRequest) }];
    }),
    claim: claims.findLast((claim) => claim.caseId === caseId) ?? null,
  };
}

/** What a request says, member by member. Pure. */
export function deliveryRequestContent(
  deliveryRequest: DeliveryRequest,
): Omit<DeliveryRequestDetails, 'kind' | 'state'> {
  const nothing = { date: null, window: null, instructions: null, place: null, address: null };
  switch (deliveryRequest.kind) {
    case 'reschedule': {
      const { date, window, instructions } = deliveryRequest;
      return { ...nothing, date, window, instructions };
    }
    case 'pickup_point': {
      const { name, street, city } = deliveryRequest.point ?? {
        name: deliveryRequest.point_id,
        street: null,
        city: null,
      };
      const place = [name, street, city].filter((part) => part !== null && part !== '').join(', ');
      return { ...nothing, place };
    }
    case 'hold_at_facility':
      return nothing;
    case 'address':
      return { ...nothing, address: deliveryRequest.address && lines(deliveryRequest.address) };
  }
}

function lines(address: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.values(address).filter((line) => line !== undefined);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value : null;
}
