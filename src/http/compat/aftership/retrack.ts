import { Problem } from '../../../kernel/errors.ts';
import { isTerminal } from '../../../kernel/status.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { findShipment } from '../../../tracking/ports/shipments.ts';
import { refreshAnswer } from '../../api/pulling/routes.ts';
import { ServiceProblem } from '../service-problem.ts';
import { noSuchTracking, type TrackingParts } from './tracking-parts.ts';

/**
 * Polls the carrier of an inactive tracking once more; an update makes it active again. Throws a 400
 * (4013) for an active one, and whatever `POST /v1/shipments/{id}/refresh` does.
 */
export async function retrack(
  { tracking, polling }: TrackingParts,
  tenant: Tenant,
  id: string,
): Promise<void> {
  const shipment = await findShipment(tracking, tenant, id);
  if (shipment === null) throw noSuchTracking();
  const { status, expired } = shipment.state;
  if (!expired && !isTerminal(status)) {
    throw new ServiceProblem('conflict', 'aftership.trackingActive', { code: 4013, status: 400 });
  }
  if (polling === null) throw new Problem('cannot_refresh', 'shipments.noCarrierPolled');
  refreshAnswer(id, await polling.refresh(tenant, shipment), null);
}
