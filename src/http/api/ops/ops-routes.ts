import type { MerchantApi } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { deadLetterRoutes } from '../dead-letters/routes.ts';
import { opsAccuracyRoutes } from '../edd-accuracy/ops-routes.ts';
import { eddModelRoutes } from '../edd-models/ops-routes.ts';
import { mappingRoutes } from '../mappings/routes.ts';
import { overviewOperation } from '../overview/operations.ts';
import { overviewOf } from '../overview/overview.ts';
import { reviewRoutes } from '../review/routes.ts';
import { createIsLocal, type Front } from './loopback.ts';
import type { OpsParts } from './ops-parts.ts';
import { type OpsApi, opsRoute } from './ops-route.ts';

/** The operators' API, across all merchants. */
export function opsApiRoutes(api: OpsApi, parts: OpsParts): readonly Route[] {
  return [
    opsRoute(api, overviewOperation, async () => ({ status: 200, body: await overviewOf(parts) })),
    ...deadLetterRoutes(api, parts),
    ...reviewRoutes(api, parts),
    ...mappingRoutes(api, parts),
    ...opsAccuracyRoutes(api, parts),
    ...eddModelRoutes(api, parts),
  ];
}

export function createOpsApi(api: MerchantApi, front: Front): OpsApi {
  return { ...api, isLocal: createIsLocal(front) };
}
