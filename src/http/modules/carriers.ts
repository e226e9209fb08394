import { carrierAccounts } from '../api/carrier-accounts/routes.ts';
import { carriers } from '../api/carriers/routes.ts';
import { facilities } from '../api/facilities/routes.ts';
import { mappingOverlays } from '../api/mapping-overlays/routes.ts';
import { pickupPoints } from '../api/pickup-points/routes.ts';
import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

type Deps = Pick<
  HttpContext,
  | 'accounts'
  | 'adapters'
  | 'clock'
  | 'credentialCheck'
  | 'extras'
  | 'facilities'
  | 'ops'
  | 'polling'
  | 'publicUrl'
  | 'tracking'
>;

/** Carriers, merchants' accounts with them, their codes and their buildings. */
export const carrierModule: HttpModule<Deps> = {
  operations: [
    ...carriers.operations,
    ...pickupPoints.operations,
    ...carrierAccounts.operations,
    ...facilities.operations,
    ...mappingOverlays.operations,
  ],
  routes(api, { adapters, clock, extras = null, publicUrl, ...deps }) {
    const { credentialCheck: check = null } = deps;
    return [
      ...pickupPoints.routes(api, { registry: adapters, extras, clock }),
      ...carriers.routes(api, { registry: adapters, publicUrl, tracking: deps.tracking }),
      ...carrierAccounts.routes(api, { ...deps, adapters, publicUrl, check }),
      ...facilities.routes(api, { facilities: deps.facilities, adapters }),
      ...mappingOverlays.routes(api, deps.ops),
    ];
  },
};
