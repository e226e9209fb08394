import { isDeepStrictEqual } from 'node:util';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Shipment } from '../../../tracking/index.ts';
import type { ExceptionsDeps } from '../deps.ts';
import { type DeliveryRequest, deliveryRequest as deliveryRequestSchema } from './request.ts';
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
  const read = deliveryRequestSchema.safeParse(JSON.parse(Buffer.from(text).toString('utf8')));
  return read.success ? read.data : null;
}

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
