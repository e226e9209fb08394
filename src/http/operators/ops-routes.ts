import { forBoth } from '../console/console-route.ts';
import type { MerchantApi } from '../kit/merchant-route.ts';
import type { Route } from '../kit/route.ts';
import { deadLetterRoutes } from '../resources/dead-letters/routes.ts';
import { opsAccuracyRoutes } from '../resources/edd-accuracy/ops-routes.ts';
import { eddModelRoutes } from '../resources/edd-models/ops-routes.ts';
import { mappingRoutes } from '../resources/mappings/routes.ts';
import { overviewOperation } from '../resources/overview/operations.ts';
import { overviewOf } from '../resources/overview/overview.ts';
import { reviewRoutes } from '../resources/review/routes.ts';
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

/** Merges an API operation and a page with the same path into one route. */
export function mergedRoutes(api: readonly Route[], pages: readonly Route[]): readonly Route[] {
  const keyOf = ({ method, path }: Route) => `${method} ${path}`;
  const byKey = new Map(pages.map((page) => [keyOf(page), page]));
  const merged = api.map((route) => {
    const page = byKey.get(keyOf(route));
    byKey.delete(keyOf(route));
    return page === undefined ? route : forBoth(route, page);
  });
  return [...merged, ...byKey.values()];
}

export function createOpsApi(api: MerchantApi, front: Front): OpsApi {
  return { ...api, isLocal: createIsLocal(front) };
}
