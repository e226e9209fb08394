import { type MerchantApi, type MerchantHandler, merchantRoute } from '../kit/merchant-route.ts';
import type { Operation } from '../kit/operation.ts';
import type { Route } from '../kit/route.ts';
import type { IsLocal } from './loopback.ts';
import { permitOperators } from './power.ts';

/** What stands before every operation of the operators' API. */
export interface OpsApi extends MerchantApi {
  readonly isLocal: IsLocal;
}

/** Like a merchant's operation in all but who may: rates, idempotency and answers are the same. */
export function opsRoute<const O extends Operation>(
  api: OpsApi,
  described: O,
  handle: MerchantHandler<O>,
): Route {
  return merchantRoute(api, described, handle, permitOperators(api.isLocal));
}
