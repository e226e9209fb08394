import { forBoth } from '../console/console-route.ts';
import type { MerchantDoor } from '../kit/merchant-route.ts';
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
import { type OpsDoor, opsRoute } from './ops-route.ts';

/** The operators' API, of all merchants. */
export function opsApiRoutes(door: OpsDoor, parts: OpsParts): readonly Route[] {
  return [
    opsRoute(door, overviewOperation, async () => ({ status: 200, body: await overviewOf(parts) })),
    ...deadLetterRoutes(door, parts),
    ...reviewRoutes(door, parts),
    ...mappingRoutes(door, parts),
    ...opsAccuracyRoutes(door, parts),
    ...eddModelRoutes(door, parts),
  ];
}

/** API and console of one path are one route; each of the rest is its own. */
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

export function createOpsDoor(door: MerchantDoor, front: Front): OpsDoor {
  return { ...door, isLocal: createIsLocal(front) };
}
