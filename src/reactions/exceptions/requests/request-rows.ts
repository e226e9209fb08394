import { isDeepStrictEqual } from 'node:util';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { ShipmentUpdate } from '../../../tracking/ports/predictions.ts';
import type { Shipment } from '../../../tracking/ports/shipments.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { type DeliveryRequest, deliveryRequest } from './request.ts';
import type { DeliveryRequestRow } from './requests.sql.ts';

/** A new request in its stored form. */
export function newDeliveryRequestRow(
  { tracking }: Pick<ExceptionsDeps, 'tracking'>,
  shipment: Shipment,
  deliveryRequest: DeliveryRequest,
  how: Pick<DeliveryRequestRow, 'actor' | 'state' | 'caseId'>,
): DeliveryRequestRow {
  const nowMs = tracking.clock.nowMs();
  const { sealed, dataKey } = tracking.sealer.seal(
    Buffer.from(JSON.stringify(deliveryRequest), 'utf8'),
  );
  return {
    id: uuidV7(nowMs, tracking.randomBytes(10)),
    merchantId: shipment.merchantId,
    mode: shipment.mode,
    shipmentId: shipment.id,
    kind: deliveryRequest.kind,
    ...how,
    sealedDeliveryRequest: { content: sealed, dataKey },
    reference: null,
    createdAtMs: nowMs,
    settledAtMs: null,
  };
}

/** The content of a stored request; null when it was erased, or has a form no longer supported. */
export function openDeliveryRequest(
  { tracking }: Pick<ExceptionsDeps, 'tracking'>,
  { sealedDeliveryRequest }: Pick<DeliveryRequestRow, 'sealedDeliveryRequest'>,
): DeliveryRequest | null {
  if (sealedDeliveryRequest === null) return null;
  const text = tracking.sealer.open(sealedDeliveryRequest.content, sealedDeliveryRequest.dataKey);
  const read = deliveryRequest.safeParse(JSON.parse(Buffer.from(text).toString('utf8')));
  return read.success ? read.data : null;
}

/** Whether a stored request has the same content as the given one. */
export function isSameDeliveryRequest(
  deps: Pick<ExceptionsDeps, 'tracking'>,
  row: DeliveryRequestRow,
  deliveryRequest: DeliveryRequest,
): boolean {
  return (
    row.kind === deliveryRequest.kind &&
    isDeepStrictEqual(openDeliveryRequest(deps, row), deliveryRequest)
  );
}

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
