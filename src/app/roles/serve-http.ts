import { join } from 'node:path';
import {
  createCodeLimiter,
  createHttp,
  createMoves,
  createShopReception,
  createSubscribeLimiter,
  type HttpDeps,
  type HubServer,
  openPublicFace,
  type PublicFace,
} from '../../http/index.ts';
import { demoParcelsTagged } from '../../merchants/index.ts';
import type { Machines } from '../../platform/machines.ts';
import { joinFigures } from '../../platform/observability/join-figures.ts';
import { carrierSettingName, type Role } from '../../platform/settings/config.ts';
import { systemTimers } from '../../platform/work/timers.ts';
import { openPromises } from '../../prediction/index.ts';
import { createExceptions } from '../../reactions/exceptions/index.ts';
import { openMailboxView } from '../../reactions/notifications/index.ts';
import { SHARED_MAX_AGE_S } from '../../reactions/purges/index.ts';
import {
  type CarrierEndpoint,
  createBodyRooms,
  createCarrierEndpoint,
  createPublicKeys,
  registerBodyGauge,
  webhookCounter,
} from '../../webhooks/index.ts';
import { START_TAG } from '../demo/plan-history.ts';
import type { ServingFleet } from '../fleet.ts';
import type { Hub } from '../hub.ts';
import type { Parts } from '../parts.ts';
import { enterCodeOnPage, subscribeOnPage } from '../tracking-page.ts';
import type { LoadParts } from './load.ts';
import { readiness } from './readiness.ts';
import type { WorkProcess } from './work-process.ts';

/**
 * Creates the HTTP server of this process with everything served on it, not listening yet.
 *
 * @param work the child process for background work, once it is started.
 * @param fleet null: there are no own couriers.
 */
export function openServer(
  machines: Machines,
  parts: Parts & LoadParts,
  work: () => WorkProcess | null,
  fleet: ServingFleet | null,
): HubServer {
  const serves = (role: Role) => machines.config.roles.includes(role);
  const ownParts = {
    exceptions: createExceptions(parts.exceptions),
    subscribeLimiter: createSubscribeLimiter(machines.clock),
    fleet,
  };
  const face = openFace(machines, parts, ownParts);
  const stopCallbacks: (() => void)[] = [];
  const moves = openMoves(machines, parts.hub);
  const http: HubServer = createHttp({
    ...httpDeps(machines, parts, ownParts, work),
    ...(serves('webhooks') && parts.backlog !== null
      ? receptions(machines, parts.hub, parts.backlog)
      : NO_RECEPTION),
    merchantApi: serves('api'),
    moves,
    liveParcels: { fanOut: face.fanOut, timers: systemTimers },
    onStop: (end) => void stopCallbacks.push(end),
    publicRoutes: serves('api') ? [...face.routes, ...(fleet?.publicRoutes ?? [])] : [],
    ...(serves('api') ? { notFoundPage: face.notFoundPage } : {}),
  });
  machines.shutdown.onStop('http', async () => {
    for (const end of stopCallbacks) end();
    await moves.stop();
    await face.close(); // live streams would hold the server open
    await fleet?.stop();
    await http.close();
  });
  return http;
}

function openMoves({ config, log }: Machines, { tracking, registry, egress }: Hub) {
  return createMoves({ ...{ tracking, registry, egress, log }, data: config.data });
}

interface OwnParts {
  readonly exceptions: ReturnType<typeof createExceptions>;
  readonly subscribeLimiter: ReturnType<typeof createSubscribeLimiter>;
  readonly fleet: ServingFleet | null;
}

function openFace(
  machines: Machines,
  { hub, notifying, predicting, publicUrl, purgers, demos, demoTokens }: Parts,
  { exceptions, subscribeLimiter, fleet }: OwnParts,
): PublicFace {
  const { config } = machines;
  return openPublicFace({
    db: machines.database,
    adapters: hub.registry,
    sealer: hub.tracking.sealer,
    listener: machines.listener,
    clock: machines.clock,
    log: machines.log,
    rate: config.publicRate,
    publicUrl,
    ...(purgers.length > 0 ? { sharedMaxAgeS: SHARED_MAX_AGE_S } : {}),
    lastDelivery: predicting.lastDelivery,
    brandings: hub.templating.brandings,
    brandOf: hub.shops.brandOf,
    start: {
      trustedProxies: config.trustedProxies,
      demos,
      history: () => demoParcelsTagged(machines.database.pipeline, START_TAG),
      ...(demoTokens === undefined ? {} : { tokens: demoTokens }),
    },
    locations: fleet?.locations,
    map: config.map,
    subscribe: subscribeOnPage(notifying.notifications, subscribeLimiter),
    enterCode: enterCodeOnPage(notifying.notifications, createCodeLimiter(machines.clock)),
    offersOf: (parcel) => notifying.notifications.offers([parcel]),
    personal: {
      keyring: machines.keyring,
      tracking: hub.tracking,
      proofs: hub.proofs,
      service: exceptions.selfService,
      orderOf: hub.shops.orderOf,
    },
  });
}

/** Returns the dependencies of the routes of operators and merchants. */
function httpDeps(
  machines: Machines,
  parts: Parts & LoadParts,
  { exceptions, subscribeLimiter, fleet }: OwnParts,
  work: () => WorkProcess | null,
) {
  const { config } = machines;
  const { hub, polling, notifying, predicting, publicUrl } = parts;
  const { scans } = hub;
  const core = {
    tracking: hub.tracking,
    keys: hub.apiKeys,
    adapters: hub.registry,
    publicUrl,
    checkUrl: (url, options) => hub.egress.checkUrl(url, options),
    proving: {
      blobs: hub.blobs,
      images: hub.images,
    },
  } satisfies Partial<HttpDeps>;
  return {
    ...core,
    fleet: fleet?.http(core) ?? null,
    db: machines.database,
    members: hub.members,
    accounts: hub.accounts,
    proofs: hub.proofs,
    downloads: { store: hub.objects.local, keyring: machines.keyring, clock: machines.clock },
    polling: {
      ...polling.polling,
      accountsChanged() {
        polling.polling.accountsChanged();
        work()?.accountsChanged();
      },
    },
    credentialCheck: polling.verifier,
    extras: polling.extras,
    mappings: hub.mappings,
    webhooks: hub.webhooks,
    egress: hub.egress,
    feed: hub.feed,
    eddModel: predicting.model,
    postalCodes: predicting.postalCodes,
    map: config.map,
    predictionTerms: predicting.terms,
    promises: openPromises(predicting.terms, () => predicting.model.current()?.learner ?? null),
    templating: hub.templating,
    mailbox: openMailboxView(join(config.data, 'mailbox')),
    notifications: notifying.notifications,
    subscribeLimiter,
    channels: notifying.channels,
    exceptions,
    scans: scans && { ...scans, ownCarrier: scans.own.manifest.name },
    drops: hub.drops.drops,
    shops: hub.shops,
    retention: config.retention,
    isDatabaseEmbedded: config.databaseUrl === null,
    load: parts.load,
    readiness: () => readiness(machines, parts, work()),
    log: machines.log,
    metrics: machines.metrics,
    figures: async () =>
      joinFigures(await machines.metrics.metrics(), (await work()?.figures()) ?? ''),
    trustedProxies: config.trustedProxies,
    metricsToken: config.metricsToken,
  } satisfies Partial<HttpDeps>;
}

const NO_RECEPTION = { carrierEndpoint: null, shopReception: null };

type Backlog = NonNullable<LoadParts['backlog']>;
type Count = ReturnType<typeof webhookCounter>;

/** What receives the webhooks of carriers and of shops. */
function receptions(machines: Machines, hub: Hub, backlog: Backlog) {
  const count = webhookCounter(machines.metrics);
  return {
    carrierEndpoint: carrierEndpoint(machines, hub, backlog, count),
    shopReception: createShopReception({ ...hub, ...machines, backlog, count }),
  };
}

function carrierEndpoint(
  { config, clock, log, metrics }: Machines,
  hub: Hub,
  backlog: Backlog,
  count: Count,
): CarrierEndpoint {
  const pushing = hub.registry.list().filter(({ webhook }) => webhook !== undefined);
  const rooms = createBodyRooms(pushing.map(({ manifest }) => manifest.name));
  registerBodyGauge(metrics, rooms);
  return createCarrierEndpoint({
    adapter: hub.adapter,
    deploymentSecrets: (carrier) => config.webhookSecrets.get(carrierSettingName(carrier)) ?? [],
    headerName: (carrier) => config.webhookHeaders.get(carrierSettingName(carrier)),
    account: (carrier, id) => hub.accounts.forWebhook(carrier, id),
    publicKeys: createPublicKeys({ egress: hub.egress, clock, log }),
    rooms,
    backlog,
    inbox: hub.inbox,
    handshakes: hub.handshakes,
    clock,
    log,
    count,
  });
}
