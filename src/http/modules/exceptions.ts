import { exceptionCases } from '../api/exceptions/case-routes.ts';
import { claims } from '../api/exceptions/claim-routes.ts';
import { exceptionEvidence } from '../api/exceptions/evidence-routes.ts';
import { exceptionPolicy } from '../api/exceptions/policy-routes.ts';
import { exceptionRequests } from '../api/exceptions/request-routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

/** Problem parcels as cases, and the claims about them. */
export const exceptionModule: HttpModule<
  Pick<HttpContext, 'adapters' | 'exceptions' | 'fleet' | 'tracking'>
> = {
  operations: [
    ...exceptionCases.operations,
    ...exceptionRequests.operations,
    ...exceptionEvidence.operations,
    ...claims.operations,
    ...exceptionPolicy.operations,
  ],
  routes(api, { adapters, exceptions, fleet, tracking }) {
    if (exceptions === undefined) return [];
    const deps = { exceptions, tracking, courierNotes: fleet?.custody.notes };
    return [
      ...exceptionCases.routes(api, { ...deps, adapters, clock: tracking.clock }),
      ...exceptionRequests.routes(api, deps),
      ...exceptionEvidence.routes(api, exceptions),
      ...exceptionPolicy.routes(api, exceptions),
      ...claims.routes(api, exceptions),
    ];
  },
};
