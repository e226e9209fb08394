import { shipmentLinks } from '../api/links/routes.ts';
import { proofDocument, proofs as proofResource } from '../api/proofs/routes.ts';

import { pulling } from '../api/pulling/routes.ts';
import { shipmentRedirects } from '../api/redirects/routes.ts';
import { shipmentLabel } from '../api/shipment-code/label-route.ts';
import { shipmentCode } from '../api/shipment-code/routes.ts';
import { shipmentImports } from '../api/shipment-imports/routes.ts';
import { registrations } from '../api/shipments/registration-routes.ts';
import { shipments, statusCommands } from '../api/shipments/routes.ts';

import type { HttpContext } from '../context.ts';
import type { HttpModule } from './module.ts';

type Deps = Pick<
  HttpContext,
  | 'adapters'
  | 'log'
  | 'notifications'
  | 'polling'
  | 'proofs'
  | 'proving'
  | 'redirects'
  | 'scans'
  | 'tracking'
>;

/** Shipments: registering, reading and changing them, their numbers, labels and proofs. */
export const shipmentModule: HttpModule<Deps> = {
  operations: [
    ...registrations.operations,
    ...shipments.operations,
    ...statusCommands.operations,
    ...shipmentLinks.operations,
    ...pulling.operations,
    ...shipmentRedirects.operations,
    ...shipmentImports.operations,
    ...shipmentCode.operations,
    ...shipmentLabel.operations,
    ...proofResource.operations,
    ...proofDocument.operations,
  ],
  routes(api, { adapters, log, notifications, polling, proofs, proving, redirects, ...deps }) {
    const { tracking } = deps;
    return [
      ...registrations.routes(api, { tracking, registry: adapters, log }),
      ...shipmentImports.routes(api, tracking),
      ...shipments.routes(api, { tracking, registry: adapters, polling, proofs }),
      ...statusCommands.routes(api, tracking),
      ...shipmentCode.routes(api, tracking),
      ...shipmentLabel.routes(api, { tracking, ownCarrier: deps.scans?.ownCarrier ?? null }),
      ...proofResource.routes(api, { ...proving, tracking, proofs, adapters }),
      ...proofDocument.routes(api, { ...proving, tracking, proofs }),
      ...shipmentLinks.routes(api, { tracking, notifications }),
      ...pulling.routes(api, { tracking, polling, proofs }),
      ...shipmentRedirects.routes(api, redirects),
    ];
  },
};
