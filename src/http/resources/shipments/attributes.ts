import { PROOF_KINDS } from '../../../kernel/proof-kinds.ts';
import type { ShipmentAttributes } from '../../../tracking/index.ts';
import type { CreateShipment, PatchShipment } from './input-schema.ts';

/** Attributes as they were sent → as tracking names them: null empties, what was not sent is absent. */
export function attributesOf(sent: CreateShipment | PatchShipment): Partial<ShipmentAttributes> {
  const orderIds = orderIdsOf(sent);
  return {
    ...(orderIds === undefined ? {} : { orderIds }),
    ...(sent.service_level === undefined ? {} : { serviceLevel: sent.service_level }),
    ...(sent.sender_id === undefined ? {} : { senderId: sent.sender_id }),
    ...(sent.weight_g === undefined ? {} : { weightG: sent.weight_g }),
    ...(sent.dimensions === undefined ? {} : { dimensions: sent.dimensions }),
    ...(sent.promised_date === undefined ? {} : { promisedDate: sent.promised_date }),
    ...(sent.metadata === undefined ? {} : { metadata: sent.metadata ?? {} }),
    ...(sent.require_proof === undefined
      ? {}
      : { requireProof: PROOF_KINDS.filter((kind) => sent.require_proof?.includes(kind)) }),
    ...(sent.tags === undefined ? {} : { tags: [...new Set(sent.tags ?? [])] }),
  };
}

/** `order_id` and `order_ids` together, each once; undefined when neither was sent. */
function orderIdsOf(sent: {
  readonly order_id?: string | null | undefined;
  readonly order_ids?: readonly string[] | null | undefined;
}): string[] | undefined {
  const { order_id: one, order_ids: several } = sent;
  if (one === undefined && several === undefined) return undefined;
  return [...new Set([...(one ? [one] : []), ...(several ?? [])])];
}
