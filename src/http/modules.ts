import { apiKeys } from './api/api-keys/routes.ts';
import { brandingResource } from './api/branding/routes.ts';
import { carrierAccounts } from './api/carrier-accounts/routes.ts';
import { carriers } from './api/carriers/routes.ts';
import { deadLetters } from './api/dead-letters/routes.ts';
import { drops } from './api/drops/routes.ts';
import { edd } from './api/edd/routes.ts';
import { eddAccuracy, opsAccuracy } from './api/edd-accuracy/routes.ts';
import { activeEddModel, eddModels } from './api/edd-models/routes.ts';
import { eddPrediction } from './api/edd-prediction/routes.ts';
import { eddScore } from './api/edd-score/routes.ts';
import { events } from './api/events/routes.ts';
import { exceptionCases } from './api/exceptions/case-routes.ts';
import { claims } from './api/exceptions/claim-routes.ts';
import { exceptionEvidence } from './api/exceptions/evidence-routes.ts';
import { exceptionPolicy } from './api/exceptions/policy-routes.ts';
import { exceptionRequests } from './api/exceptions/request-routes.ts';
import { facilities } from './api/facilities/routes.ts';
import { identityProviders } from './api/identity-providers/routes.ts';
import { shipmentLinks } from './api/links/routes.ts';
import { mappingOverlays } from './api/mapping-overlays/routes.ts';
import { activeOverlays, mappingJobResource, mappings } from './api/mappings/routes.ts';
import { notificationChannels } from './api/notification-channels/routes.ts';
import {
  notificationEndpoints,
  recipientOperations,
} from './api/notification-preferences/notification-endpoints.ts';
import { notificationTemplatesResource } from './api/notification-templates/routes.ts';
import { notifications } from './api/notifications/routes.ts';
import { createIsLocal } from './api/ops/loopback.ts';
import { opsOverview } from './api/overview/routes.ts';
import { pickupPoints } from './api/pickup-points/routes.ts';
import { proofDocument, proofs as proofResource } from './api/proofs/routes.ts';
import { pulling } from './api/pulling/routes.ts';
import { shipmentRedirects } from './api/redirects/routes.ts';
import { review } from './api/review/routes.ts';
import { scans as scanResource } from './api/scans/routes.ts';
import { shipmentLabel } from './api/shipment-code/label-route.ts';
import { shipmentCode } from './api/shipment-code/routes.ts';
import { shipmentImports } from './api/shipment-imports/routes.ts';
import { registrations } from './api/shipments/registration-routes.ts';
import { shipments, statusCommands } from './api/shipments/routes.ts';
import { shopResource } from './api/shops/routes.ts';
import { webhookDeliveries } from './api/webhook-endpoints/delivery-routes.ts';
import { webhookEndpoints } from './api/webhook-endpoints/routes.ts';
import { compatOperations, compatRoutes } from './compat/compat.ts';
import { deskRoutes } from './console/desk-routes.ts';
import { secureBy } from './console/kit/sign-in-cookie.ts';
import { movedOperations, movedRoutes } from './console/moved.ts';
import { deskOperations } from './console/operations.ts';
import type { HttpContext } from './context.ts';
import type { MerchantApi } from './kit/merchant-route.ts';
import type { Operation } from './kit/operation.ts';
import type { Route } from './kit/route.ts';
import { loadMapAssets } from './maps/map-assets.ts';
import { mapOperations, mapRoutes } from './maps/routes.ts';
import { mcpOperations, mcpRoutes } from './mcp/mcp.ts';

/** An area of the HTTP layer: what it serves, and how the documentation describes it. */
export interface HttpModule<Deps> {
  /** In the order the docs list them. */
  readonly operations: readonly Operation[];
  routes(api: MerchantApi, deps: Deps): readonly Route[];
}

type ShipmentDeps = Pick<
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
export const shipmentModule: HttpModule<ShipmentDeps> = {
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

type CarrierDeps = Pick<
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
export const carrierModule: HttpModule<CarrierDeps> = {
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

/** Merchants' shops. */
export const shopModule: HttpModule<Pick<HttpContext, 'clock' | 'shops'>> = {
  operations: shopResource.operations,
  routes: (api, { clock, shops }) =>
    shops === undefined ? [] : shopResource.routes(api, { shops, clock }),
};

type EstimateDeps = Pick<HttpContext, 'clock' | 'db' | 'eddModel' | 'predictionTerms' | 'promises'>;

/** Delivery dates: estimates, why they are what they are, and how accurate they were. */
export const estimateModule: HttpModule<EstimateDeps> = {
  operations: [
    ...activeEddModel.operations,
    ...eddScore.operations,
    ...edd.operations,
    ...eddAccuracy.operations,
    ...eddPrediction.operations,
  ],
  routes(api, { clock, db, eddModel: model = null, predictionTerms, promises }) {
    return [
      ...eddAccuracy.routes(api, { db, clock }),
      ...eddPrediction.routes(api, db),
      ...activeEddModel.routes(api, { db, inForce: model }),
      ...eddScore.routes(api, { terms: predictionTerms, model, clock }),
      ...edd.routes(api, { promises, clock }),
    ];
  },
};

/** Scans of merchants' own parcels, one by one and as files. */
export const scanModule: HttpModule<Pick<HttpContext, 'clock' | 'drops' | 'log' | 'scans'>> = {
  operations: [...scanResource.operations, ...drops.operations],
  routes(api, { clock, log, scans, ...deps }) {
    const accepting = scans === null ? [] : scanResource.routes(api, { ...scans, clock, log });
    return [...accepting, ...drops.routes(api, deps.drops)];
  },
};

/** Events for merchants: as webhooks, and from a feed. */
export const eventModule: HttpModule<
  Pick<HttpContext, 'adapters' | 'checkUrl' | 'feed' | 'webhooks'>
> = {
  operations: [
    ...webhookEndpoints.operations,
    ...webhookDeliveries.operations,
    ...events.operations,
  ],
  routes: (api, { adapters: registry, checkUrl, feed, webhooks }) => [
    ...webhookEndpoints.routes(api, { webhooks, checkUrl, registry }),
    ...webhookDeliveries.routes(api, webhooks),
    ...events.routes(api, feed),
  ],
};

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

type NotificationDeps = Pick<
  HttpContext,
  | 'adapters'
  | 'channels'
  | 'clock'
  | 'notifications'
  | 'publicUrl'
  | 'subscribeLimiter'
  | 'templating'
>;

/** Messages to merchants' customers: rules, channels, texts and branding. */
export const notificationModule: HttpModule<NotificationDeps> = {
  operations: [
    ...notifications.operations,
    ...recipientOperations,
    ...notificationChannels.operations,
    ...brandingResource.operations,
    ...notificationTemplatesResource.operations,
  ],
  routes: (api, deps) => [
    ...brandingResource.routes(api, deps.templating.brandings),
    ...notifications.routes(api, deps.notifications),
    ...notificationChannels.routes(api, deps.channels),
    ...notificationEndpoints(deps),
    ...notificationTemplatesResource.routes(api, deps),
  ],
};

/** Who may use a merchant's API and console. */
export const accessModule: HttpModule<Pick<HttpContext, 'keys' | 'providers' | 'publicUrl'>> = {
  operations: [...apiKeys.operations, ...identityProviders.operations],
  routes: (api, { keys, providers, publicUrl }) => [
    ...apiKeys.routes(api, keys),
    ...identityProviders.routes(api, { providers, publicUrl }),
  ],
};

/** The operators' API under `/v1/ops`, and the console. */
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
    ...mapOperations,
    ...deskOperations,
    ...movedOperations,
  ],
  routes(api, deps) {
    const { ops: parts } = deps;
    const isLocal = createIsLocal(deps);
    const opsApi = { ...api, isLocal };
    const isSecure = secureBy(deps.publicUrl);
    const map = loadMapAssets(deps.map ?? null);
    return [
      ...mapRoutes(map),
      ...opsOverview.routes(opsApi, parts),
      ...deadLetters.routes(opsApi, { parts, isLocal }),
      ...review.routes(opsApi, parts),
      ...mappings.routes(opsApi, parts),
      ...activeOverlays.routes(opsApi, parts),
      ...mappingJobResource.routes(opsApi, parts),
      ...opsAccuracy.routes(opsApi, parts),
      ...eddModels.routes(opsApi, parts),
      ...movedRoutes(),
      ...deskRoutes({ ...deps, parts, isLocal, isSecure, map }),
    ];
  },
};

/** Drop-in APIs: those of other services, for their clients. */
export const compatModule: HttpModule<HttpContext> = {
  operations: compatOperations,
  routes: compatRoutes,
};

/** MCP for assistants, whose tools call operations of `/v1`. */
export const agentModule: HttpModule<HttpContext> = {
  operations: mcpOperations,
  routes: (api, deps) =>
    mcpRoutes(api, deps, (inProcess) => [
      ...shipmentModule.routes(inProcess, deps),
      ...estimateModule.routes(inProcess, deps),
      ...exceptionModule.routes(inProcess, deps),
    ]),
};
