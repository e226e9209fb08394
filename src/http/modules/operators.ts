import { deadLetters } from '../api/dead-letters/routes.ts';
import { opsAccuracy } from '../api/edd-accuracy/routes.ts';
import { eddModels } from '../api/edd-models/routes.ts';
import { activeOverlays, mappingJobResource, mappings } from '../api/mappings/routes.ts';
import { createIsLocal } from '../api/ops/ops-resource.ts';

import { opsOverview } from '../api/overview/routes.ts';
import { review } from '../api/review/routes.ts';
import { deskRoutes } from '../console/desk-routes.ts';
import { deskOperations } from '../console/operations.ts';
import { consoleRoutes } from '../console/operators/console-routes.ts';
import { consoleOperations } from '../console/operators/operations.ts';
import { secureBy } from '../console/operators/sign-in.tsx';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

/** The operators' API under `/v1/ops`, and the consoles of operators and merchants. */
export const operatorModule: HttpModule<HttpContext> = {
  operations: [
    ...opsOverview.operations,
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
    const opsApi = { ...api, isLocal };
    const isSecure = secureBy(deps.publicUrl);
    return [
      ...opsOverview.routes(opsApi, parts),
      ...deadLetters.routes(opsApi, { parts, isLocal }),
      ...review.routes(opsApi, parts),
      ...mappings.routes(opsApi, parts),
      ...activeOverlays.routes(opsApi, parts),
      ...mappingJobResource.routes(opsApi, parts),
      ...opsAccuracy.routes(opsApi, parts),
      ...eddModels.routes(opsApi, parts),
      ...consoleRoutes({ parts, keys, isLocal, isSecure }, fleet),
      ...deskRoutes({ ...deps, parts, isLocal, isSecure }),
    ];
  },
};
