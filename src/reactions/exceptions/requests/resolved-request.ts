import type { ShipmentUpdate } from '../../../tracking/index.ts';
import type { DeliveryRequestRow } from './requests.sql.ts';

/**
 * The final result of a request: a carrier or a person fulfils it, or nobody will. Its content
 * stays sealed; notifications to the recipient read it there.
 */
export interface ResolvedDeliveryRequest extends Pick<DeliveryRequestRow, 'id' | 'kind' | 'actor'> {
  readonly state: Extract<DeliveryRequestRow['state'], 'accepted' | 'done' | 'refused'>;
}

/** The event for consumers of the log. */
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
