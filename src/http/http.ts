import type { Registry as AdapterRegistry } from '../adapters/index.ts';
import { type Accounts, createFacilities, type Proofs } from '../intake/index.ts';
import type { ApiKeysDeps } from '../merchants/index.ts';
import type { Database } from '../platform/database/database.ts';
import type { EventFeed } from '../platform/event-log/event-feed.ts';
import type { Egress } from '../platform/net/egress.ts';
import type { Logger } from '../platform/observability/log.ts';
import type { Registry } from '../platform/observability/metrics.ts';
import type { CarrierExtras } from '../poller/index.ts';
import type { PredictionTerms, Promises } from '../prediction/index.ts';
import type { Exceptions } from '../reactions/exceptions/index.ts';
import type { WebhookDeps } from '../reactions/merchant-webhooks/index.ts';
import type {
  MailboxView,
  Notifications,
  OpenedChannels,
} from '../reactions/notifications/index.ts';
import type { ModelInForce } from '../reactions/predictions/index.ts';
import type { MappingsInForce, TrackingDeps } from '../tracking/index.ts';
import type { WebhookDoor } from '../webhooks/index.ts';
import { apiKeyRoutes } from './api/api-keys.ts';
import { brandingRoutes } from './api/branding.ts';
import { carrierAccountRoutes } from './api/carrier-accounts.ts';
import { carrierRoutes } from './api/carriers.ts';
import { claimRoutes } from './api/claims.ts';
import { commandRoutes } from './api/commands.ts';
import { eddRoutes } from './api/edd.ts';
import { accuracyRoutes } from './api/edd-accuracy.ts';
import { eddModelRoute } from './api/edd-model.ts';
import { type PredictionWords, predictionRoutes } from './api/edd-prediction.ts';
import { scoreRoute } from './api/edd-score.ts';
import { eventRoutes } from './api/events.ts';
import { exceptionRoutes } from './api/exceptions.ts';
import { extrasRoutes } from './api/extras.ts';
import { facilityRoutes } from './api/facilities.ts';
import { linkRoutes } from './api/links.ts';
import { mappingOverlayRoutes } from './api/mapping-overlays.ts';
import { notificationChannelRoutes } from './api/notification-channels.ts';
import { notificationTemplateRoutes } from './api/notification-templates.ts';
import { notificationRoutes } from './api/notifications.ts';
import { pullingRoutes } from './api/pulling.ts';
import { registrationRoutes } from './api/registrations.ts';
import { shipmentRoutes } from './api/shipments.ts';
import { webhookEndpointRoutes } from './api/webhook-endpoints.ts';
import type { CredentialCheck } from './credential-check.ts';
import { createMerchantDoor, type MerchantDoor } from './merchant-route.ts';
import { consoleRoutes } from './ops/console/console-routes.ts';
import { secureBy } from './ops/console/sign-in.ts';
import { descriptionRoutes } from './ops/description.ts';
import { healthRoutes, type Readiness } from './ops/health.ts';
import { metricsRoutes } from './ops/metrics.ts';
import { createOpsParts, type OpsParts } from './ops/ops-parts.ts';
import { createOpsDoor, mergedRoutes, opsApiRoutes } from './ops/ops-routes.ts';
import type { Polling } from './polling.ts';
import { providerReceiptRoutes } from './provider-receipts.ts';
import { notificationDoors } from './public/notices/notification-doors.ts';
import type { RateLimiter } from './public/rate-limit.ts';
import type { Handler, Route } from './route.ts';
import { createHubServer, type HubServer } from './server.ts';
import type { Templating } from './templating.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** Everything the HTTP edge is built from; the composition root hands it in. */
export interface HttpDeps {
  readonly db: Database;
  readonly tracking: TrackingDeps;
  readonly keys: ApiKeysDeps;
  readonly accounts: Accounts;
  readonly proofs: Proofs;
  /** Null where nothing is asked of carriers: then refreshing is refused. */
  readonly polling: Polling | null;
  /** Absent where nothing is asked of carriers: then pickup points and redirects are refused. */
  readonly extras?: CarrierExtras | null;
  /** Absent: no cases are worked here. */
  readonly exceptions?: Exceptions;
  /** Absent: credentials are stored without asking the carrier. */
  readonly credentialCheck?: CredentialCheck;
  readonly adapters: AdapterRegistry;
  readonly mappings: MappingsInForce;
  /** Merchants' endpoints, what they are checked by, and the same events by pull. */
  readonly webhooks: WebhookDeps;
  readonly checkUrl: Egress['checkUrl'];
  readonly feed: EventFeed;
  /** Dates for checkouts. */
  readonly promises: Promises;
  /** What moved dates, in words. */
  readonly predictionTexts: PredictionWords;
  /** What dates are counted by. */
  readonly predictionTerms: () => Promise<PredictionTerms>;
  /** The model that predicts; absent: none is asked here. */
  readonly eddModel?: ModelInForce;
  /** What merchants' customers are told, in which words and looks. */
  readonly templating: Templating;
  /** What the embedded mailbox holds, for operators to look at. */
  readonly mailbox: MailboxView | null;
  readonly notifications: Notifications;
  /** Counts subscriptions asked for, with the form of the page; absent: this door's alone. */
  readonly subscribeLimiter?: RateLimiter;
  /** By what they go, merchants' own ways among them. */
  readonly channels: OpenedChannels;
  /** Null where this process does not take pushes. */
  readonly webhookDoor: WebhookDoor | null;
  /** False where this process does not serve merchants. */
  readonly merchantApi: boolean;
  readonly readiness: () => Promise<Readiness>;
  readonly log: Logger;
  readonly metrics: Registry;
  /** What `/metrics` says; absent: what `metrics` counts. */
  readonly figures?: () => Promise<string>;
  /** How the world reaches us, without a slash at the end; asked per use, as ports come late. */
  readonly publicUrl: () => string;
  readonly trustedProxies: readonly string[];
  /** Opens `/metrics` from elsewhere than loopback; null: loopback only. */
  readonly metricsToken: string | null;
  /** Routes of the public look-up, pages and live streams. */
  readonly publicRoutes: readonly Route[];
  /** What browsers are shown at a path that leads to nothing. */
  readonly nowherePage?: Handler;
  /** False sends hot routes through Express too; for the suite that compares the two. */
  readonly hotInFront?: boolean;
}

/** The whole HTTP edge: one route table on one server, not yet listening. */
export function createHttp(deps: HttpDeps): HubServer {
  return createHubServer({
    routes: routeTable(deps),
    log: deps.log,
    metrics: deps.metrics,
    clock: deps.tracking.clock,
    randomBytes: deps.tracking.randomBytes,
    trustedProxies: deps.trustedProxies,
    nowherePage: deps.nowherePage,
    ...(deps.hotInFront === undefined ? {} : { hotInFront: deps.hotInFront }),
  });
}

/** Every route there is; what `/openapi.json` describes and the hostile-input suite walks. */
function routeTable(deps: HttpDeps): readonly Route[] {
  const { db, tracking, keys, accounts, proofs, polling, adapters, publicUrl, log } = deps;
  const { sealer, clock, randomBytes } = tracking;
  const facilities = createFacilities({ db, clock, randomBytes });
  const door = createMerchantDoor(keys, { db, sealer, clock });
  const ops = createOpsParts(deps);
  const merchantRoutes = [
    ...registrationRoutes(door, tracking, adapters, log),
    ...shipmentRoutes(door, tracking, adapters, polling, proofs),
    ...commandRoutes(door, tracking),
    ...linkRoutes(door, tracking, deps.notifications),
    ...pullingRoutes(door, tracking, polling, proofs),
    ...extrasRoutes(door, { tracking, registry: adapters, extras: deps.extras ?? null, log }),
    ...carrierRoutes(door, adapters, publicUrl, tracking),
    ...carrierAccountRoutes(door, {
      ...{ accounts, adapters, publicUrl, polling },
      check: deps.credentialCheck ?? null,
    }),
    ...(deps.exceptions === undefined
      ? []
      : [
          ...exceptionRoutes(door, { exceptions: deps.exceptions, tracking, adapters }),
          ...claimRoutes(door, deps.exceptions),
        ]),
    ...accuracyRoutes(door, { db, clock }),
    ...predictionRoutes(door, { db, texts: deps.predictionTexts }),
    eddModelRoute(door, db, deps.eddModel ?? null),
    scoreRoute(door, { terms: deps.predictionTerms, model: deps.eddModel ?? null, clock }),
    ...eddRoutes(door, { promises: deps.promises, clock }),
    ...facilityRoutes(door, facilities, adapters),
    ...mappingOverlayRoutes(door, ops),
    ...webhookEndpointRoutes(door, {
      ...{ webhooks: deps.webhooks, checkUrl: deps.checkUrl, registry: adapters },
    }),
    ...eventRoutes(door, deps.feed),
    ...brandingRoutes(door, deps.templating.brandings),
    ...notificationRoutes(door, deps.notifications),
    ...notificationChannelRoutes(door, deps.channels),
    ...notificationDoors({ ...deps, clock }),
    ...notificationTemplateRoutes(door, deps),
    ...apiKeyRoutes(door, keys),
    ...opsRoutes(deps, door, ops),
  ];
  return [
    ...(deps.webhookDoor === null ? [] : webhookRoutes(deps.webhookDoor)),
    ...(deps.webhookDoor !== null || deps.merchantApi
      ? providerReceiptRoutes({ ...deps, clock })
      : []),
    ...(deps.merchantApi ? merchantRoutes : []),
    ...deps.publicRoutes,
    ...healthRoutes(deps.readiness),
    ...metricsRoutes(deps.figures ?? (() => deps.metrics.metrics()), deps.metricsToken, deps),
    ...descriptionRoutes(publicUrl),
  ];
}

/** The operators' API, and the console at the same paths. */
function opsRoutes(deps: HttpDeps, merchants: MerchantDoor, parts: OpsParts): readonly Route[] {
  const door = createOpsDoor(merchants, deps);
  const pages = consoleRoutes({
    ...{ parts, keys: deps.keys, isLocal: door.isLocal, isSecure: secureBy(deps.publicUrl) },
  });
  return mergedRoutes(opsApiRoutes(door, parts), pages);
}
