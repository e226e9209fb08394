import { createFacilities } from '../intake/index.ts';
import { lazyOpenId } from '../merchants/index.ts';
import { carrierWebhookOperations, webhookRoutes } from './api/carrier-webhooks/routes.ts';
import { deliveryStatusRoutes, providerStatusOperations } from './api/delivery-statuses/routes.ts';
import { downloadOperation, downloadRoutes } from './api/downloads/routes.ts';
import { createProviderSettings } from './api/identity-providers/routes.ts';
import { createOpsParts } from './api/ops/ops-parts.ts';
import { createRedirects } from './api/redirects/redirects.ts';
import { shopWebhookOperations, shopWebhookRoutes } from './api/shops/webhook-routes.ts';
import { descriptionRoutes } from './api/system/description.ts';
import { healthRoutes } from './api/system/health.ts';
import { metricsRoutes } from './api/system/metrics.ts';
import { operatorOperations } from './api/system/operations.ts';
import { REFUSAL_STYLES } from './compat/compat.ts';
import type { HttpContext, HttpDeps } from './context.ts';
import { madeGuides } from './docs/made/made-guides.ts';
import { createHubServer, type HubServer } from './front/server.ts';
import { createMerchantApi, eitherKeys, type MerchantApi } from './kit/merchant-route.ts';
import { type Operation, TAGS } from './kit/operation.ts';
import type { Route } from './kit/route.ts';
import { mcpStyles } from './mcp/refusal.ts';
import {
  accessModule,
  agentModule,
  carrierModule,
  compatModule,
  estimateModule,
  eventModule,
  exceptionModule,
  type HttpModule,
  notificationModule,
  operatorModule,
  scanModule,
  shipmentModule,
  shopModule,
} from './modules.ts';
import { publicOperations } from './public/tracking/operations.ts';

/** Everything for merchants and operators, in the order of the docs. */
const MODULES: readonly HttpModule<HttpContext>[] = [
  shipmentModule,
  carrierModule,
  shopModule,
  estimateModule,
  scanModule,
  eventModule,
  exceptionModule,
  notificationModule,
  accessModule,
  operatorModule,
  compatModule,
  agentModule,
];

/** Every operation, pages included: one for each route. */
export function operationsWith(fleet: readonly Operation[]): readonly Operation[] {
  return [
    ...MODULES.flatMap(({ operations }) => operations),
    ...fleet,
    ...providerStatusOperations,
    ...publicOperations,
    downloadOperation,
    ...carrierWebhookOperations,
    ...shopWebhookOperations,
    ...operatorOperations,
  ];
}

/** Whether `/openapi.json` describes an operation; it leaves out pages. */
export function isOfApi({ tag }: Operation): boolean {
  return tag in TAGS;
}

/** The whole HTTP layer: one route table on one server, not yet listening. */
export function createHttp(deps: HttpDeps): HubServer {
  return createHubServer({
    routes: routeTable(deps),
    sockets: deps.fleet?.sockets ?? [],
    log: deps.log,
    metrics: deps.metrics,
    clock: deps.tracking.clock,
    randomBytes: deps.tracking.randomBytes,
    trustedProxies: deps.trustedProxies,
    notFoundPage: deps.notFoundPage,
    refusalStyles: [...REFUSAL_STYLES, ...mcpStyles(deps.publicUrl)],
    ...(deps.hotInFront === undefined ? {} : { hotInFront: deps.hotInFront }),
  });
}

/** Every route; `/openapi.json` describes these, and the hostile-input tests call them. */
function routeTable(deps: HttpDeps): readonly Route[] {
  const { carrierEndpoint, fleet = null, keys, merchantApi, publicUrl, shopReception } = deps;
  const { sealer, clock } = deps.tracking;
  const api = createMerchantApi(keys, { db: deps.db, sealer, clock }, deps.load);
  const receives = carrierEndpoint !== null || merchantApi;
  return [
    ...(carrierEndpoint === null ? [] : webhookRoutes(carrierEndpoint)),
    ...(shopReception ? shopWebhookRoutes(shopReception) : []),
    ...(receives ? deliveryStatusRoutes({ ...deps, clock }) : []),
    ...(merchantApi ? merchantRoutes(api, deps) : []),
    ...deps.publicRoutes,
    ...downloadRoutes(deps.downloads),
    ...healthRoutes(deps.readiness),
    ...metricsRoutes(deps.figures ?? (() => deps.metrics.metrics()), deps.metricsToken, deps),
    ...descriptionRoutes(publicUrl, operationsWith(fleet?.operations ?? []).filter(isOfApi), () =>
      madeGuides({
        registry: deps.adapters,
        mapping: (carrier) => deps.mappings.current(carrier),
        platforms: deps.shops?.platforms.values() ?? [],
      }),
    ),
  ];
}

/** The modules' routes and the fleet's; some paths accept keys of merchants and of couriers. */
function merchantRoutes(api: MerchantApi, deps: HttpDeps): readonly Route[] {
  const { fleet = null } = deps;
  const context = contextOf(api, deps);
  const routes = MODULES.flatMap((module) => module.routes(api, context));
  if (fleet === null) return routes;
  return eitherKeys([...routes, ...fleet.routes(api)], fleet.deviceRoutes);
}

function contextOf({ idempotency }: MerchantApi, deps: HttpDeps): HttpContext {
  const { adapters: registry, db, egress, extras = null, log, members, tracking } = deps;
  const { clock, randomBytes } = tracking;
  const openId = lazyOpenId({ egress, clock });
  return {
    ...deps,
    clock,
    facilities: createFacilities({ db, clock, randomBytes }),
    ops: createOpsParts({ ...deps, custody: deps.fleet?.custody }),
    redirects: createRedirects({ registry, extras, idempotency, tracking, log }),
    openId,
    providers: createProviderSettings({ members, openId, clock }),
  };
}
