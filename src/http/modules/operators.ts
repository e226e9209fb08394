import { deadLetters } from '../api/dead-letters/routes.ts';
import { opsAccuracy } from '../api/edd-accuracy/routes.ts';
import { eddModels } from '../api/edd-models/routes.ts';
import { activeOverlays, mappingJobResource, mappings } from '../api/mappings/routes.ts';
import { createIsLocal } from '../api/ops/loopback.ts';
import { createOpsApi, opsApiRoutes } from '../api/ops/ops-routes.ts';
import { overviewOperation } from '../api/overview/operations.ts';
import { review } from '../api/review/routes.ts';
import { deskRoutes } from '../console/desk-routes.ts';
import { deskOperations } from '../console/operations.ts';
import { consoleRoutes } from '../console/operators/console-routes.ts';
import { consoleOperations } from '../console/operators/operations.ts';
import { secureBy } from '../console/operators/sign-in.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

/** The operators' API under `/v1/ops`, and the consoles of operators and merchants. */
export const operatorModule: HttpModule<HttpContext> = {
  operations: [
    overviewOperation,
    ...deadLetters.operations,
    ...review.operations,
    ...mappings.operations,
    ...activeOverlays.operations,
    ...mappingJobResource.operations,
    ...opsAccuracy.operations,
    ...eddModels.operations,
    ...consoleOperations,
    ...deskOperations,
  ],
  routes(api, deps) {
    const { ops: parts, keys, fleet = null } = deps;
    const isLocal = createIsLocal(deps);
    const isSecure = secureBy(deps.publicUrl);
    return [
      ...opsApiRoutes(createOpsApi(api, deps), parts),
      ...consoleRoutes({ parts, keys, isLocal, isSecure }, fleet),
      ...deskRoutes({ ...deps, parts, isLocal, isSecure }),
    ];
  },
};
