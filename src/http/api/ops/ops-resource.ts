import { redirectMoved } from '../../console/moved.ts';
import {
  type MerchantApi,
  type MerchantCall,
  type MerchantHandler,
  merchantRoute,
} from '../../kit/merchant-route.ts';
import type { Operation } from '../../kit/operation.ts';
import { resourcesBehind } from '../../kit/resource.ts';
import type { Route } from '../../kit/route.ts';
import type { IsLocal } from './loopback.ts';
import { permitOperators } from './power.ts';

/** Dependencies of every operation of the operators' API. */
interface OpsApi extends MerchantApi {
  readonly isLocal: IsLocal;
}

/**
 * A merchant's operation with other permissions, and only under `/v1`: without it, browsers are led
 * to the console.
 */
function opsRoute<const O extends Operation>(
  api: OpsApi,
  described: O,
  handle: MerchantHandler<O>,
): Route {
  const route = merchantRoute(api, described, handle, permitOperators(api.isLocal));
  return {
    ...route,
    async handler(request, response, context) {
      if (!context.versioned) return redirectMoved(request, response, context);
      await route.handler(request, response, context);
    },
  };
}

/** A resource of the operators' API. */
export const opsResource = resourcesBehind<OpsApi, MerchantCall<Operation>>(opsRoute);
