import type { MerchantApi } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { deadLetters } from '../dead-letters/routes.ts';
import { opsAccuracy } from '../edd-accuracy/routes.ts';
import { eddModels } from '../edd-models/routes.ts';
import { activeOverlays, mappingJobResource, mappings } from '../mappings/routes.ts';
import { overviewOperation } from '../overview/operations.ts';
import { overviewOf } from '../overview/overview.ts';
import { review } from '../review/routes.ts';
import { createIsLocal, type Front } from './loopback.ts';
import type { OpsParts } from './ops-parts.ts';
import { type OpsApi, opsRoute } from './ops-route.ts';

/** The operators' API, across all merchants. */
export function opsApiRoutes(api: OpsApi, parts: OpsParts): readonly Route[] {
  return [
    opsRoute(api, overviewOperation, async () => ({ status: 200, body: await overviewOf(parts) })),
    ...deadLetters.routes(api, { parts, isLocal: api.isLocal }),
    ...review.routes(api, parts),
    ...mappings.routes(api, parts),
    ...activeOverlays.routes(api, parts),
    ...mappingJobResource.routes(api, parts),
    ...opsAccuracy.routes(api, parts),
    ...eddModels.routes(api, parts),
  ];
}

export function createOpsApi(api: MerchantApi, front: Front): OpsApi {
  return { ...api, isLocal: createIsLocal(front) };
}
