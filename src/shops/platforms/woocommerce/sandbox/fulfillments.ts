import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
  ShopBook,
} from '../../../../adapters/sandbox-kit/index.ts';
import { META } from './orders.ts';
import { invalidParameter, restError } from './rest.ts';
import { type Fulfillment, newFulfillment, saveOrder, WooState } from './shop.ts';

const BODY = z.object({
  status: z.string().optional(),
  meta_data: META.optional(),
});

/** Answers `/orders/{id}/fulfillments` and below. */
export function answerFulfillments(
  request: SandboxRequest,
  orderId: number,
  id: string | undefined,
  world: SandboxWorld,
): SandboxAnswer {
  const state = world.own(WooState);
  const order = world.own(ShopBook).orders.get(orderId);
  const known = state.fulfillments.get(Number(id));
  if (order === undefined) {
    return restError(404, 'woocommerce_rest_order_invalid_id', 'Invalid order ID.');
  }
  if (id !== undefined && known?.orderId !== orderId) {
    return restError(400, '404', 'Fulfillment not found.');
  }
  if (request.method === 'GET') {
    const all = [...state.fulfillments.values()].filter((each) => each.orderId === orderId);
    return jsonAnswer(200, known === undefined ? all.map(fulfillmentJson) : fulfillmentJson(known));
  }
  const body = jsonOf(request);
  const read = BODY.safeParse(body);
  if (!read.success) return invalidParameter('meta_data', 'meta_data is not of type array.');
  const fulfillment = known ?? newFulfillment(state, orderId, null);
  const { status = fulfillment.status, meta_data: meta } = read.data;
  // Any other status is replaced without a word.
  fulfillment.status = status === 'fulfilled' ? status : 'unfulfilled';
  if (meta !== undefined) {
    // The list is the final state: a key that it does not name is deleted.
    fulfillment.meta = meta.map(({ key, value }) => ({
      id: fulfillment.meta.find((each) => each.key === key)?.id ?? state.nextId(),
      key,
      value,
    }));
  }
  world.own(ShopBook).record(world, orderId, 'fulfillment', body);
  saveOrder(order, world);
  return jsonAnswer(known === undefined ? 201 : 200, fulfillmentJson(fulfillment));
}

function fulfillmentJson({ id, orderId, status, meta }: Fulfillment) {
  return {
    id,
    entity_id: String(orderId),
    status,
    meta_data: meta,
  };
}
