import { claims } from '../api/exceptions/claim-routes.ts';
import { exceptionOperations } from '../api/exceptions/operations.ts';
import { exceptionRoutes } from '../api/exceptions/routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

/** Problem parcels as cases, and the claims about them. */
export const exceptionModule: HttpModule<
  Pick<HttpContext, 'adapters' | 'exceptions' | 'fleet' | 'tracking'>
> = {
  operations: exceptionOperations,
  routes(api, { adapters, exceptions, fleet, tracking }) {
    if (exceptions === undefined) return [];
    const courierNotes = fleet?.custody.notes;
    return [
      ...exceptionRoutes(api, { exceptions, tracking, adapters, courierNotes }),
      ...claims.routes(api, exceptions),
    ];
  },
};
