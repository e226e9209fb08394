import type { Registry } from '../../../adapters/index.ts';
import type { CustodyRecords } from '../../../kernel/custody.ts';
import type { Exceptions } from '../../../reactions/exceptions/index.ts';
import type { TrackingDeps } from '../../../tracking/index.ts';
import type { MerchantApi } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { caseRoutes } from './case-routes.ts';
import { evidenceRoutes } from './evidence-routes.ts';
import { policyRoutes } from './policy-routes.ts';
import { requestRoutes } from './request-routes.ts';

export interface ExceptionRoutesDeps {
  readonly exceptions: Exceptions;
  readonly tracking: TrackingDeps;
  readonly adapters: Registry;
  readonly courierNotes?: CustodyRecords['notes'] | undefined;
}

/** Problem parcels, and everything a merchant can do about them. */
export function exceptionRoutes(api: MerchantApi, deps: ExceptionRoutesDeps): readonly Route[] {
  const { exceptions, tracking } = deps;
  return [
    ...caseRoutes(api, { ...deps, clock: tracking.clock }),
    ...requestRoutes(api, deps),
    ...evidenceRoutes(api, exceptions),
    ...policyRoutes(api, exceptions),
  ];
}
