import { linkRoutes } from '../api/links/routes.ts';
import { proofOperations } from '../api/proofs/operations.ts';
import { proofDocumentRoute } from '../api/proofs/proof-document-route.ts';
import { proofRoutes } from '../api/proofs/routes.ts';
import { pullingRoutes } from '../api/pulling/routes.ts';
import { redirectRoutes } from '../api/redirects/routes.ts';
import { shipmentLabelRoute } from '../api/shipment-code/label-route.ts';
import { shipmentCodeOperation, shipmentLabelOperation } from '../api/shipment-code/operations.ts';
import { shipmentCodeRoute } from '../api/shipment-code/routes.ts';
import { shipmentImports } from '../api/shipment-imports/routes.ts';
import { commandRoutes } from '../api/shipments/command-routes.ts';
import { shipmentOperations } from '../api/shipments/operations.ts';
import { registrationRoutes } from '../api/shipments/registration-routes.ts';
import { shipmentRoutes } from '../api/shipments/routes.ts';
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
    ...shipmentOperations,
    ...shipmentImports.operations,
    shipmentCodeOperation,
    shipmentLabelOperation,
    ...proofOperations,
  ],
  routes(api, { adapters, log, notifications, polling, proofs, proving, redirects, ...deps }) {
    const { tracking } = deps;
    return [
      ...registrationRoutes(api, tracking, adapters, log),
      ...shipmentImports.routes(api, tracking),
      ...shipmentRoutes(api, tracking, adapters, polling, proofs),
      ...commandRoutes(api, tracking),
      shipmentCodeRoute(api, tracking),
      shipmentLabelRoute(api, tracking, deps.scans?.ownCarrier ?? null),
      ...proofRoutes(api, { ...proving, tracking, proofs, adapters }),
      proofDocumentRoute(api, { ...proving, tracking, proofs }),
      ...linkRoutes(api, tracking, notifications),
      ...pullingRoutes(api, tracking, polling, proofs),
      ...redirectRoutes(api, redirects),
    ];
  },
};
