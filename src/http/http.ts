import type { Registry as AdapterRegistry } from '../adapters/index.ts';
import type { Event } from '../events/event.ts';
import { courierSettingsResource } from '../fleet/api/courier-settings/routes.ts';
import { courierRouteRoutes } from '../fleet/api/couriers/route-routes.ts';
import { courierRoutes } from '../fleet/api/couriers/routes.ts';
import { deviceDeliveryRoutes } from '../fleet/api/deliveries/device-routes.ts';
import { deliveryRoutes } from '../fleet/api/deliveries/routes.ts';
import { dispatchPauses } from '../fleet/api/dispatch-pauses/routes.ts';
import type { DriverStreams } from '../fleet/api/driver/driver-streams.ts';
import { driverPushRoutes } from '../fleet/api/driver/push-routes.ts';
import { namesOf } from '../fleet/api/driver/read-events.ts';
import { driverRoutes } from '../fleet/api/driver/routes.ts';
import type { Live } from '../fleet/api/live/live.ts';
import { liveRoutes } from '../fleet/api/live/routes.ts';
import { liveSocketRoute } from '../fleet/api/live/socket-route.ts';
import { locationRoutes } from '../fleet/api/locations/routes.ts';
import type { Ways } from '../fleet/api/locations/watch-routes.ts';
import { driverStreamRoute } from '../fleet/api/positions/driver-stream.ts';
import { positionRoutes } from '../fleet/api/positions/routes.ts';
import { routePlans } from '../fleet/api/route-plans/routes.ts';
import type {
  Couriers,
  DepotOf,
  DevicePushes,
  Devices,
  SettingsOfCouriers,
  Work,
} from '../fleet/couriers/index.ts';
import type { Planner, ViewDeps } from '../fleet/deliveries/index.ts';
import type { Positions } from '../fleet/positions/index.ts';
import {
  type Accounts,
  createFacilities,
  type Drops,
  type Proofs,
  type ScanIntake,
  type Scanners,
} from '../intake/index.ts';
import { type ApiKeysDeps, lazyOpenId, type MembersDeps } from '../merchants/index.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database/database.ts';
import type { EventFeed } from '../platform/event-log/event-feed.ts';
import type { Sheds } from '../platform/load/watch-load.ts';
import type { Egress } from '../platform/net/egress.ts';
import type { Logger } from '../platform/observability/log.ts';
import type { Registry } from '../platform/observability/metrics.ts';
import type { Retention } from '../platform/settings/retention.ts';
import type { VapidKeys } from '../platform/web-push/push-request.ts';
import type { CarrierExtras } from '../poller/index.ts';
import type { PredictionTerms, Promises } from '../prediction/index.ts';
import type { Exceptions } from '../reactions/exceptions/index.ts';
import type { WebhookDeps } from '../reactions/merchant-webhooks/index.ts';
import type {
  MailboxView,
  Notifications,
  OpenedChannels,
} from '../reactions/notifications/index.ts';
import type { ActiveModel } from '../reactions/predictions/index.ts';
import type { ActiveMappings, ProofDeps, TrackingDeps } from '../tracking/index.ts';
import type { CarrierEndpoint } from '../webhooks/index.ts';
import { apiKeys } from './api/api-keys/routes.ts';
import { brandingResource } from './api/branding/routes.ts';
import type { CredentialCheck } from './api/carrier-accounts/credential-check.ts';
import { carrierAccounts } from './api/carrier-accounts/routes.ts';
import { webhookRoutes } from './api/carrier-webhooks/routes.ts';
import { carrierRoutes } from './api/carriers/routes.ts';
import { deliveryStatusRoutes } from './api/delivery-statuses/routes.ts';
import { type DownloadDeps, downloadRoutes } from './api/downloads/routes.ts';
import { drops } from './api/drops/routes.ts';
import { eddRoutes } from './api/edd/routes.ts';
import { accuracyRoutes } from './api/edd-accuracy/routes.ts';
import { eddModelRoute } from './api/edd-models/routes.ts';
import { predictionRoutes } from './api/edd-prediction/routes.ts';
import { scoreRoute } from './api/edd-score/routes.ts';
import { events } from './api/events/routes.ts';
import { claims } from './api/exceptions/claim-routes.ts';
import { exceptionRoutes } from './api/exceptions/routes.ts';
import { facilities as facilityResource } from './api/facilities/routes.ts';
import { identityProviders } from './api/identity-providers/routes.ts';
import { createProviderSettings } from './api/identity-providers/settings.ts';
import { linkRoutes } from './api/links/routes.ts';
import { mappingOverlays } from './api/mapping-overlays/routes.ts';
import { notificationChannels } from './api/notification-channels/routes.ts';
import { notificationEndpoints } from './api/notification-preferences/notification-endpoints.ts';
import { notificationTemplatesResource } from './api/notification-templates/routes.ts';
import type { Templating } from './api/notification-templates/templating.ts';
import { notificationRoutes } from './api/notifications/routes.ts';
import { createIsLocal } from './api/ops/loopback.ts';
import { createOpsParts, type OpsParts } from './api/ops/ops-parts.ts';
import { createOpsApi, opsApiRoutes } from './api/ops/ops-routes.ts';
import { pickupPointRoutes } from './api/pickup-points/routes.ts';
import { proofDocumentRoute } from './api/proofs/proof-document-route.ts';
import { proofRoutes } from './api/proofs/routes.ts';
import type { Polling } from './api/pulling/polling.ts';
import { pullingRoutes } from './api/pulling/routes.ts';
import { createRedirects } from './api/redirects/redirects.ts';
import { redirectRoutes } from './api/redirects/routes.ts';
import { scanRoutes } from './api/scans/routes.ts';
import { shipmentLabelRoute } from './api/shipment-code/label-route.ts';
import { shipmentCodeRoute } from './api/shipment-code/routes.ts';
import { shipmentImports } from './api/shipment-imports/routes.ts';
import { commandRoutes } from './api/shipments/command-routes.ts';
import { registrationRoutes } from './api/shipments/registration-routes.ts';
import { shipmentRoutes } from './api/shipments/routes.ts';
import { descriptionRoutes } from './api/system/description.ts';
import { healthRoutes, type Readiness } from './api/system/health.ts';
import { metricsRoutes } from './api/system/metrics.ts';
import { webhookEndpointRoutes } from './api/webhook-endpoints/routes.ts';
import { type DeskParts, deskRoutes } from './console/desk-routes.ts';
import { consoleRoutes } from './console/operators/console-routes.ts';
import { secureBy } from './console/operators/sign-in.ts';
import { createHubServer, type HubServer } from './front/server.ts';
import { createDriverGate, type DriverGate } from './kit/driver-route.ts';
import { eitherKeys } from './kit/either-key.ts';
import { createMerchantApi, type MerchantApi } from './kit/merchant-route.ts';
import type { RateLimiter } from './kit/rate-limit.ts';
import type { Handler, Route } from './kit/route.ts';
import { spellingsOf } from './public/tracking/spellings.ts';

/** Dependencies of the HTTP layer; the composition root provides them. */
export interface HttpDeps {
  readonly db: Database;
  readonly tracking: TrackingDeps;
  readonly keys: ApiKeysDeps;
  /** Members of merchants, who work at `/console`. */
  readonly members: MembersDeps;
  readonly accounts: Accounts;
  readonly proofs: Proofs;
  /** Dependencies of own proofs. */
  readonly proving: Pick<ProofDeps, 'blobs' | 'images'>;
  /** The folder whose files are served by presigned URLs. */
  readonly downloads: DownloadDeps;
  /** Null when this hub polls no carriers: refreshing is then refused. */
  readonly polling: Polling | null;
  /** Absent when this hub calls no carriers: pickup points and redirects are then refused. */
  readonly extras?: CarrierExtras | null;
  /** Absent: no case management. */
  readonly exceptions?: Exceptions;
  /** Absent: credentials are stored unchecked. */
  readonly credentialCheck?: CredentialCheck;
  readonly adapters: AdapterRegistry;
  readonly mappings: ActiveMappings;
  /** Merchants' endpoints, the URL check, and the same events by polling. */
  readonly webhooks: WebhookDeps;
  readonly checkUrl: Egress['checkUrl'];
  /** For requests to members' identity providers. */
  readonly egress: Pick<Egress, 'get' | 'post'>;
  readonly feed: EventFeed<Event>;
  /** Estimates for checkouts. */
  readonly promises: Promises;
  /** Texts for the reasons of changed estimates. */
  /** Parameters of the prediction rule. */
  readonly predictionTerms: () => Promise<PredictionTerms>;
  /** The active prediction model; absent: this process has none. */
  readonly eddModel?: ActiveModel;
  /** Texts and branding of messages to merchants' customers. */
  readonly templating: Templating;
  /** The embedded mailbox, for operators. */
  readonly mailbox: MailboxView | null;
  readonly notifications: Notifications;
  /**
   * Shared with the page's form to count subscription requests; absent: only this endpoint counts.
   */
  readonly subscribeLimiter?: RateLimiter;
  /** Notification channels, including merchants' own. */
  readonly channels: OpenedChannels;
  /** Absent when no carrier of the installation has scans. */
  readonly scans?: { readonly intake: ScanIntake; readonly scanners: Scanners };
  /** Couriers, their phones and their parcels; absent: no own couriers. */
  readonly couriers?: {
    readonly couriers: Couriers;
    readonly devices: Devices;
    readonly work: Work;
    readonly settings: SettingsOfCouriers;
    /** Push subscriptions of phones, for offers while the app is closed. */
    readonly pushes: DevicePushes;
    readonly vapid: () => Promise<VapidKeys>;
    /** The couriers' buildings. */
    readonly depotOf: DepotOf;
    /** The carrier of their parcels. */
    readonly ownCarrier: string;
    /** Streams that send phones changes at once. */
    readonly streams: DriverStreams;
    readonly positions: Positions;
    /** Positions of the couriers of parcels. */
    readonly ways: Ways;
    /** Live screens. */
    readonly live: Live;
    readonly deliveries: ViewDeps;
    readonly planner: Planner;
  };
  /** Progress and results of scan files. */
  readonly drops: Drops;
  /** Announces changes of parcels; absent: pages of the desk are not updated live. */
  readonly liveParcels?: DeskParts['liveParcels'];
  /** For maps of the desk: the configured map, and coordinates of postal codes. */
  readonly map?: DeskParts['map'];
  readonly postalCodes?: DeskParts['postalCodes'];
  /** Calls back before the server is closed, to end the streams that keep it open. */
  readonly onStop?: DeskParts['onStop'];
  /** Null when this process does not accept pushes. */
  readonly carrierEndpoint: CarrierEndpoint | null;
  /** False when this process does not serve merchants. */
  readonly merchantApi: boolean;
  /** Retention periods, for operators. */
  readonly retention: Retention;
  /** Work refused under load; absent: none. */
  readonly load?: Sheds;
  readonly readiness: () => Promise<Readiness>;
  readonly log: Logger;
  readonly metrics: Registry;
  /** The content of `/metrics`; absent: the metrics in `metrics`. */
  readonly figures?: () => Promise<string>;
  /** The hub's public URL, without a trailing slash; a function, because the port is known late. */
  readonly publicUrl: () => string;
  readonly trustedProxies: readonly string[];
  /** Allows `/metrics` from elsewhere than loopback; null: loopback only. */
  readonly metricsToken: string | null;
  /** Routes of the public lookup, pages and live streams. */
  readonly publicRoutes: readonly Route[];
  /** The page for browsers at unknown paths. */
  readonly nowherePage?: Handler;
  /** False sends hot routes through Express too, for the tests that compare the two. */
  readonly hotInFront?: boolean;
}

/** The whole HTTP layer: one route table on one server, not yet listening. */
export function createHttp(deps: HttpDeps): HubServer {
  return createHubServer({
    routes: routeTable(deps),
    sockets:
      deps.couriers === undefined
        ? []
        : [
            liveSocketRoute(deps.couriers.live),
            driverStreamRoute({ ...deps.couriers, clock: deps.tracking.clock }),
          ],
    log: deps.log,
    metrics: deps.metrics,
    clock: deps.tracking.clock,
    randomBytes: deps.tracking.randomBytes,
    trustedProxies: deps.trustedProxies,
    nowherePage: deps.nowherePage,
    ...(deps.hotInFront === undefined ? {} : { hotInFront: deps.hotInFront }),
  });
}

/** Every route; `/openapi.json` describes these, and the hostile-input tests call them. */
function routeTable(deps: HttpDeps): readonly Route[] {
  const { db, tracking, keys, accounts, proofs, polling, adapters, publicUrl, log } = deps;
  const { sealer, clock, randomBytes } = tracking;
  const facilities = createFacilities({ db, clock, randomBytes });
  const api = createMerchantApi(keys, { db, sealer, clock }, deps.load);
  const ops = createOpsParts(deps);
  const asking = { registry: adapters, extras: deps.extras ?? null };
  const { idempotency } = api;
  const openId = lazyOpenId({ egress: deps.egress, clock });
  const providers = createProviderSettings({ members: deps.members, openId, clock });
  const redirects = createRedirects({ ...asking, idempotency, tracking, log });
  const merchantRoutes = [
    ...registrationRoutes(api, tracking, adapters, log),
    ...shipmentImports.routes(api, tracking),
    ...shipmentRoutes(api, tracking, adapters, polling, proofs),
    ...commandRoutes(api, tracking),
    shipmentCodeRoute(api, tracking),
    shipmentLabelRoute(api, tracking, deps.couriers?.ownCarrier ?? null),
    ...proofRoutes(api, { tracking, proofs, adapters, ...deps.proving }),
    proofDocumentRoute(api, { tracking, proofs, ...deps.proving }),
    ...linkRoutes(api, tracking, deps.notifications),
    ...pullingRoutes(api, tracking, polling, proofs),
    ...pickupPointRoutes(api, { ...asking, clock }),
    ...redirectRoutes(api, redirects),
    ...carrierRoutes(api, adapters, publicUrl, tracking),
    ...carrierAccounts.routes(api, {
      accounts,
      adapters,
      publicUrl,
      polling,
      check: deps.credentialCheck ?? null,
    }),
    ...(deps.exceptions === undefined
      ? []
      : [
          ...exceptionRoutes(api, {
            exceptions: deps.exceptions,
            ...{ tracking, adapters },
            courierNotes: deps.couriers?.work.notes,
          }),
          ...claims.routes(api, deps.exceptions),
        ]),
    ...accuracyRoutes(api, { db, clock }),
    ...predictionRoutes(api, db),
    eddModelRoute(api, db, deps.eddModel ?? null),
    scoreRoute(api, { terms: deps.predictionTerms, model: deps.eddModel ?? null, clock }),
    ...eddRoutes(api, { promises: deps.promises, clock }),
    ...ownCourierRoutes(api, deps),
    ...drops.routes(api, deps.drops),
    ...facilityResource.routes(api, { facilities, adapters }),
    ...mappingOverlays.routes(api, ops),
    ...webhookEndpointRoutes(api, {
      webhooks: deps.webhooks,
      checkUrl: deps.checkUrl,
      registry: adapters,
    }),
    ...events.routes(api, deps.feed),
    ...brandingResource.routes(api, deps.templating.brandings),
    ...notificationRoutes(api, deps.notifications),
    ...notificationChannels.routes(api, deps.channels),
    ...notificationEndpoints({ ...deps, clock }),
    ...notificationTemplatesResource.routes(api, deps),
    ...apiKeys.routes(api, keys),
    ...identityProviders.routes(api, { providers, publicUrl }),
    ...opsRoutes(deps, api, ops),
    ...deskRoutes({
      ...deps,
      ...{ parts: ops, isLocal: createIsLocal(deps), isSecure: secureBy(publicUrl), redirects },
      ...{ openId, providers },
    }),
  ];
  return [
    ...(deps.carrierEndpoint === null ? [] : webhookRoutes(deps.carrierEndpoint)),
    ...(deps.carrierEndpoint !== null || deps.merchantApi
      ? deliveryStatusRoutes({ ...deps, clock })
      : []),
    ...(deps.merchantApi ? merchantRoutes : []),
    ...deps.publicRoutes,
    ...downloadRoutes(deps.downloads),
    ...healthRoutes(deps.readiness),
    ...metricsRoutes(deps.figures ?? (() => deps.metrics.metrics()), deps.metricsToken, deps),
    ...descriptionRoutes(publicUrl),
  ];
}

/** Scans, couriers and their phones, if the installation has own couriers. */
function ownCourierRoutes(api: MerchantApi, deps: HttpDeps): readonly Route[] {
  const { scans, couriers, tracking, log } = deps;
  const { clock } = tracking;
  const gate = couriers === undefined ? null : createDriverGate(couriers.devices, clock);
  if (couriers === undefined || gate === null) {
    return scans === undefined ? [] : scanRoutes(api, { ...scans, clock, log });
  }
  const { work, ownCarrier } = couriers;
  const devices = { gate, work, ownCarrier, namesOf: namesOf(couriers.couriers) };
  const proving = { tracking, ...deps.proving };
  return [
    ...(scans === undefined ? [] : scanRoutes(api, { ...scans, clock, log, devices })),
    ...courierWorkRoutes(api, couriers, { ...deps, clock, gate, proving }),
    ...liveRoutes(api, couriers.live),
    ...locationRoutes(api, {
      ...{ tracking, clock, ownCarrier, ways: couriers.ways },
      ...{ keyring: deps.downloads.keyring, spellings: spellingsOf(deps.adapters) },
    }),
    ...bothDeliveryRoutes(api, deps, { gate, proving, couriers }),
    ...routePlans.routes(api, { planner: couriers.planner, work: couriers.work, clock }),
  ];
}

/**
 * Deliveries, for merchants' keys and for couriers' phones: at the same paths where both have
 * access.
 */
function bothDeliveryRoutes(
  api: MerchantApi,
  { adapters, publicUrl }: Pick<HttpDeps, 'adapters' | 'publicUrl'>,
  {
    gate,
    proving,
    couriers,
  }: {
    readonly gate: DriverGate;
    readonly proving: ProofDeps;
    readonly couriers: NonNullable<HttpDeps['couriers']>;
  },
): readonly Route[] {
  const { deliveries, work } = couriers;
  const merchants = deliveryRoutes(api, { deliveries, proving, adapters, publicUrl });
  const names = namesOf(couriers.couriers);
  const phones = deviceDeliveryRoutes({ gate, deliveries, work, proving, namesOf: names });
  return [...eitherKeys(merchants, phones), ...dispatchPauses.routes(api, deliveries)];
}

/** Couriers for their merchant, and the routes for their phones. */
function courierWorkRoutes(
  api: MerchantApi,
  couriers: NonNullable<HttpDeps['couriers']>,
  around: Pick<HttpDeps, 'publicUrl' | 'checkUrl'> & {
    readonly clock: Clock;
    readonly keys: ApiKeysDeps;
    readonly gate: DriverGate;
    readonly proving: ProofDeps;
  },
): readonly Route[] {
  const { publicUrl, checkUrl, clock, keys, gate, proving } = around;
  const deps = { ...couriers, publicUrl, checkUrl, clock, keys, gate, proving };
  return [
    ...courierRoutes(api, deps),
    ...courierRouteRoutes(api, deps),
    ...courierSettingsResource.routes(api, deps),
    ...driverRoutes(deps),
    ...driverPushRoutes(deps),
    ...positionRoutes(api, deps),
  ];
}

/** The operators' API under `/v1/ops`, and the console under `/ops`. */
function opsRoutes(deps: HttpDeps, merchants: MerchantApi, parts: OpsParts): readonly Route[] {
  const api = createOpsApi(merchants, deps);
  const pages = consoleRoutes({
    parts,
    keys: deps.keys,
    isLocal: api.isLocal,
    isSecure: secureBy(deps.publicUrl),
  });
  return [...opsApiRoutes(api, parts), ...pages];
}
