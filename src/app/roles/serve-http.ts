import { join } from 'node:path';
import { courierParts, type LiveCouriers, openLiveCouriers } from '../../fleet/app/live.ts';
import type { Positions } from '../../fleet/positions/index.ts';
import {
  createCodeLimiter,
  createHttp,
  createSubscribeLimiter,
  destinationsOf,
  driverAppRoutes,
  type HttpDeps,
  type HubServer,
  openPublicFace,
  type PublicFace,
  recipientsView,
} from '../../http/index.ts';
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
  registerBodyGauge,
  webhookCounter,
} from '../../webhooks/index.ts';
import type { Hub } from '../hub.ts';
import type { Parts } from '../parts.ts';
import { enterCodeOnPage, subscribeOnPage } from '../tracking-page.ts';
import type { LoadParts } from './load.ts';
import { readiness } from './readiness.ts';
import type { WorkProcess } from './work-process.ts';

/**
 * The HTTP server of this process with everything served on it, not listening yet.
 *
 * @param work the child process for background work, once it is started.
 * @param positions null: there are no couriers.
 */
export function openServer(
  machines: Machines,
  parts: Parts & LoadParts,
  work: () => WorkProcess | null,
  positions: Positions | null,
): HubServer {
  const serves = (role: Role) => machines.config.roles.includes(role);
  const around = {
    exceptions: createExceptions(parts.exceptions),
    subscribeLimiter: createSubscribeLimiter(machines.clock),
    liveCouriers: openLiveCouriers(machines, parts, positions),
  };
  const face = openFace(machines, parts, around);
  const ends: (() => void)[] = [];
  const http: HubServer = createHttp({
    ...resources(machines, parts, around, work),
    ...courierParts(parts, positions, around.liveCouriers),
    carrierEndpoint:
      serves('webhooks') && parts.backlog !== null
        ? carrierEndpoint(machines, parts.hub, parts.backlog)
        : null,
    merchantApi: serves('api'),
    liveParcels: { fanOut: face.fanOut, timers: systemTimers },
    onStop: (end) => void ends.push(end),
    publicRoutes: serves('api') ? [...face.routes, ...driverAppRoutes()] : [],
    ...(serves('api') ? { nowherePage: face.nowherePage } : {}),
  });
  machines.shutdown.onStop('http', async () => {
    for (const end of ends) end();
    await face.close(); // live streams would hold the server open
    await around.liveCouriers?.stop();
    await http.close();
  });
  return http;
}

interface Around {
  readonly exceptions: ReturnType<typeof createExceptions>;
  readonly subscribeLimiter: ReturnType<typeof createSubscribeLimiter>;
  /** The couriers' live streams; null where there are no couriers. */
  readonly liveCouriers: LiveCouriers | null;
}

function openFace(
  machines: Machines,
  { hub, notifying, publicUrl, purgers, demos, demoTokens }: Parts,
  { exceptions, subscribeLimiter, liveCouriers }: Around,
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
    brandings: hub.templating.brandings,
    start: {
      ...{ trustedProxies: config.trustedProxies, demos },
      ...(demoTokens === undefined ? {} : { tokens: demoTokens }),
    },
    ...(liveCouriers === null || hub.couriers === undefined
      ? {}
      : {
          locations: recipientsView({
            ...{ ...hub.couriers, ...liveCouriers, timers: systemTimers },
            destinationOf: destinationsOf({ db: machines.database, keyring: machines.keyring }),
          }),
        }),
    map: config.map,
    subscribe: subscribeOnPage(notifying.notifications, subscribeLimiter),
    enterCode: enterCodeOnPage(notifying.notifications, createCodeLimiter(machines.clock)),
    offersOf: (parcel) => notifying.notifications.offers([parcel]),
    personal: {
      keyring: machines.keyring,
      tracking: hub.tracking,
      proofs: hub.proofs,
      service: exceptions.selfService,
    },
  });
}

/** What the routes of operators and merchants ask. */
function resources(
  machines: Machines,
  parts: Parts & LoadParts,
  { exceptions, subscribeLimiter }: Around,
  work: () => WorkProcess | null,
) {
  const { config } = machines;
  const { hub, polling, notifying, predicting, publicUrl } = parts;
  return {
    db: machines.database,
    tracking: hub.tracking,
    keys: hub.apiKeys,
    members: hub.members,
    accounts: hub.accounts,
    proofs: hub.proofs,
    proving: {
      blobs: hub.blobs,
      images: hub.images,
    },
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
    adapters: hub.registry,
    mappings: hub.mappings,
    webhooks: hub.webhooks,
    checkUrl: (url, options) => hub.egress.checkUrl(url, options),
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
    ...(hub.scans === undefined ? {} : { scans: hub.scans }),
    drops: hub.drops.drops,
    retention: config.retention,
    load: parts.load,
    readiness: () => readiness(machines, parts, work()),
    log: machines.log,
    metrics: machines.metrics,
    figures: async () =>
      joinFigures(await machines.metrics.metrics(), (await work()?.figures()) ?? ''),
    publicUrl,
    trustedProxies: config.trustedProxies,
    metricsToken: config.metricsToken,
  } satisfies Partial<HttpDeps>;
}

function carrierEndpoint(
  { config, clock, log, metrics }: Machines,
  hub: Hub,
  backlog: NonNullable<LoadParts['backlog']>,
): CarrierEndpoint {
  const pushing = hub.registry.list().filter(({ webhook }) => webhook !== undefined);
  const rooms = createBodyRooms(pushing.map(({ manifest }) => manifest.name));
  registerBodyGauge(metrics, rooms);
  return createCarrierEndpoint({
    adapter: hub.adapter,
    deploymentSecrets: (carrier) => config.webhookSecrets.get(carrierSettingName(carrier)) ?? [],
    headerName: (carrier) => config.webhookHeaders.get(carrierSettingName(carrier)),
    account: (carrier, id) => hub.accounts.forWebhook(carrier, id),
    rooms,
    backlog,
    inbox: hub.inbox,
    handshakes: hub.handshakes,
    clock,
    log,
    count: webhookCounter(metrics),
  });
}
