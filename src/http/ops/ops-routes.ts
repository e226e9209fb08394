import type { MerchantDoor } from '../merchant-route.ts';
import { overviewOperation } from '../operations/ops.ts';
import type { Route } from '../route.ts';
import { deadLetterRoutes } from './api/dead-letters.ts';
import { mappingRoutes } from './api/mappings.ts';
import { reviewRoutes } from './api/review.ts';
import { createIsLocal } from './loopback.ts';
import type { OpsParts } from './ops-parts.ts';
import { type OpsDoor, opsRoute } from './ops-route.ts';
import { overviewOf } from './overview.ts';

/** The operators' API, of all merchants. */
export function opsApiRoutes(door: OpsDoor, parts: OpsParts): readonly Route[] {
  return [
    opsRoute(door, overviewOperation, async () => ({ status: 200, body: await overviewOf(parts) })),
    ...deadLetterRoutes(door, parts),
    ...reviewRoutes(door, parts),
    ...mappingRoutes(door, parts),
  ];
}

export function createOpsDoor(door: MerchantDoor, trustedProxies: readonly string[]): OpsDoor {
  return { ...door, isLocal: createIsLocal(trustedProxies) };
}
