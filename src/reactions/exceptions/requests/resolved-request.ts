import type { ShipmentUpdate } from '../../../tracking/index.ts';
import type { DeliveryRequestRow } from './requests.sql.ts';

/**
 * What became of a request, once and for all: a carrier or a person does it, or nobody will. What it
 * says stays sealed; whoever tells the recipient of it reads it there.
 */
export interface ResolvedDeliveryRequest extends Pick<DeliveryRequestRow, 'id' | 'kind' | 'actor'> {
  readonly state: Extract<DeliveryRequestRow['state'], 'accepted' | 'done' | 'refused'>;
}

/** For whoever follows the log. */
export function resolvedRequestEvent({
  id,
  kind,
  actor,
  state,
}: ResolvedDeliveryRequest): ShipmentUpdate {
  return {
    type: 'delivery_request.resolved',
    also: { delivery_request: { id, kind, state, made_by: actor } },
  };
}
