import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  createHttp,
  createSubscribeLimiter,
  type HubServer,
  openPublicFace,
  type Readiness,
} from '../http/index.ts';
import { inboxFigures } from '../intake/index.ts';
import { formatProblem } from '../normalization/index.ts';
import { createAnnouncer, RECEIPTS_CHANNEL } from '../platform/announce.ts';
import { bootstrap } from '../platform/api-keys.ts';
import { systemWait } from '../platform/clock.ts';
import { carrierSettingName, type Role } from '../platform/config.ts';
import { countDeadEntries, registerDeadEntryGauge } from '../platform/dead-entries.ts';
import type { Machines } from '../platform/machines.ts';
import { loadPredictionTexts, openPromises } from '../prediction/index.ts';
import { createExceptions } from '../reactions/exceptions/index.ts';
import { openMailboxView } from '../reactions/notifications/index.ts';
import type { ModelInForce } from '../reactions/predictions/index.ts';
import { SHARED_MAX_AGE_S } from '../reactions/purges/index.ts';
import {
  createPipelineMetrics,
  registerBacklogGauges,
  registerMappingGauge,
  startFacilityLearning,
  startInboxWorker,
  startJobWorker,
} from '../tracking/index.ts';
import {
  createBodyRooms,
  createWebhookDoor,
  registerBodyGauge,
  type WebhookDoor,
  webhookCounter,
} from '../webhooks/index.ts';
import { loadPurgers } from './cache-purge.ts';
import { composeExceptions } from './exceptions.ts';
import { composeHub, type Hub } from './hub.ts';
import { startMaintenance } from './maintenance.ts';
import { composeNotifying } from './notifying.ts';
import { composePolling, startPollerRole } from './poller.ts';
import { composePredicting } from './predicting.ts';
import { type ReactionParts, startReactions } from './reactions.ts';
import { type SandboxRole, startSandboxRole } from './sandbox-role.ts';
import { shippedFile } from './shipped.ts';
import type { Serving } from './start.ts';
import { subscribeOnPage } from './tracking-page.ts';

/** Announcing more often than this tells nobody anything new. */
const ANNOUNCE_EVERY_MS = 20;
/** A receipt that waits longer than this shows that the pipeline does not keep up. */
const RECEIPT_AGE_MS_MAX = 60_000;

/** Starts the roles of this process on its machines: the composition root. */
export async function startRoles(machines: Machines): Promise<Serving> {
  const { config, shutdown } = machines;
  const hub = await composeHub(machines);
  const { text: apiKey, merchantId } = await bootstrap(hub.apiKeys, config.bootstrapKey);
  startInboxAnnouncements(machines, hub);
  let localUrl = '';
  const publicUrl = () => config.publicUrl ?? localUrl;
  let sandbox: SandboxRole | null = null;
  const sandboxOrigin = (carrier: string) => sandbox?.origin(carrier) ?? null;
  const parts = composePolling(machines, hub, sandboxOrigin);
  const worked = await composeExceptions(machines, hub, parts.extras);
  const exceptions = createExceptions(worked);
  hub.templating.tellPickups(worked);
  const purgers = await loadPurgers(config);
  const notifying = await composeNotifying(machines, hub, publicUrl);
  const predicting = await composePredicting(machines, hub);
  if (config.roles.includes('worker')) {
    startWorker(machines, hub, {
      ...{ publicUrl, purgers, notifying, exceptions: worked, predicting },
    });
  }
  registerBacklogGauges(machines.metrics, machines.database.pipeline, () => machines.clock.nowMs());
  const carriers = hub.registry.list().map(({ manifest }) => manifest.name);
  registerMappingGauge(machines.metrics, hub.mappings, carriers);

  const subscribeLimiter = createSubscribeLimiter(machines.clock);
  const serves = (role: Role) => config.roles.includes(role);
  const face = openPublicFace({
    db: machines.database,
    adapters: hub.registry,
    sealer: hub.tracking.sealer,
    listener: machines.listener,
    clock: machines.clock,
    log: machines.log,
    rate: config.publicRate,
    publicUrl,
    messagesFolder: shippedFile('config/messages'),
    ...(purgers.length > 0 ? { sharedMaxAgeS: SHARED_MAX_AGE_S } : {}),
    brandings: hub.templating.brandings,
    subscribe: subscribeOnPage(notifying.notifications, subscribeLimiter),
    personal: {
      keyring: machines.keyring,
      tracking: hub.tracking,
      proofs: hub.proofs,
      service: exceptions.selfService,
    },
  });
  const http = createHttp({
    db: machines.database,
    tracking: hub.tracking,
    keys: hub.apiKeys,
    accounts: hub.accounts,
    proofs: hub.proofs,
    polling: parts.polling,
    credentialCheck: parts.verifier,
    extras: parts.extras,
    adapters: hub.registry,
    mappings: hub.mappings,
    webhooks: hub.webhooks,
    checkUrl: (url, options) => hub.egress.checkUrl(url, options),
    feed: hub.feed,
    eddModel: predicting.model,
    predictionTerms: predicting.terms,
    predictionTexts: loadPredictionTexts(shippedFile('config/messages')),
    promises: openPromises(
      predicting.terms,
      shippedFile('config/messages'),
      () => predicting.model.current()?.learner ?? null,
    ),
    templating: hub.templating,
    mailbox: openMailboxView(join(config.data, 'mailbox')),
    notifications: notifying.notifications,
    subscribeLimiter,
    channels: notifying.channels,
    exceptions,
    webhookDoor: serves('webhooks') ? webhookDoor(machines, hub) : null,
    merchantApi: serves('api'),
    publicRoutes: serves('api') ? face.routes : [],
    readiness: () => readiness(machines, hub, predicting.model),
    log: machines.log,
    metrics: machines.metrics,
    publicUrl,
    trustedProxies: config.trustedProxies,
    metricsToken: config.metricsToken,
  });
  shutdown.onStop('http', async () => {
    await face.close(); // live streams would hold the server open
    await http.close();
  });
  localUrl = await listen(http, config.host, config.port);
  if (serves('poller')) {
    // Sandbox carriers are there for whoever asks them.
    sandbox = config.sandbox ? await startSandboxRole(machines, hub, merchantId) : null;
    await startPollerRole(machines, hub, parts, { publicUrl, sandboxOrigin });
    await sandbox?.showAround({ merchantId, mode: 'test' }, localUrl, publicUrl());
  }
  return { url: localUrl, apiKey };
}

/** What arrives is announced to workers of other processes, and told to our own at once. */
function startInboxAnnouncements({ database, log, shutdown }: Machines, hub: Hub): void {
  const announcer = createAnnouncer(database.pipeline, RECEIPTS_CHANNEL, ANNOUNCE_EVERY_MS, log);
  hub.inbox.onStored(() => announcer.announce());
  shutdown.onStop('inbox', async () => {
    await hub.inbox.drained();
    announcer.stop();
  });
}

function startWorker(machines: Machines, hub: Hub, parts: ReactionParts): void {
  const { log, metrics, listener, shutdown } = machines;
  const worker = startInboxWorker({
    pipeline: { ...hub.tracking, log, metrics: createPipelineMetrics(metrics) },
  });
  listener.on(RECEIPTS_CHANNEL, () => worker.wake());
  shutdown.onStop('inbox worker', () => worker.stop());
  startReactions(machines, hub, parts);
  registerDeadEntryGauge(metrics, machines.database);
  const jobs = startJobWorker({
    ...{ db: machines.database, mappings: hub.mappings, context: hub.tracking.context },
    ...{ clock: machines.clock, wait: systemWait, listener, log },
  });
  shutdown.onStop('mapping jobs', () => jobs.stop());
  const learning = startFacilityLearning({
    ...{ db: machines.database, clock: machines.clock, randomBytes: machines.random, log },
  });
  shutdown.onStop('facility learning', () => learning.stop());
  const maintenance = startMaintenance(machines, hub, parts.notifying.notifications);
  shutdown.onStop('maintenance', () => maintenance.stop());
}

function webhookDoor({ config, clock, log, metrics }: Machines, hub: Hub): WebhookDoor {
  const pushing = hub.registry.list().filter(({ webhook }) => webhook !== undefined);
  const rooms = createBodyRooms(pushing.map(({ manifest }) => manifest.name));
  registerBodyGauge(metrics, rooms);
  return createWebhookDoor({
    adapter: hub.adapter,
    deploymentSecrets: (carrier) => config.webhookSecrets.get(carrierSettingName(carrier)) ?? [],
    headerName: (carrier) => config.webhookHeaders.get(carrierSettingName(carrier)),
    account: (carrier, id) => hub.accounts.forWebhook(carrier, id),
    rooms,
    inbox: hub.inbox,
    handshakes: hub.handshakes,
    clock,
    log,
    count: webhookCounter(metrics),
  });
}

async function readiness(
  machines: Machines,
  hub: Hub,
  model: Pick<ModelInForce, 'problem'>,
): Promise<Readiness> {
  const notReady: string[] = [];
  const degraded = hub.mappings.problems().map((problem) => `mapping: ${formatProblem(problem)}`);
  const broken = model.problem();
  if (broken !== null) {
    degraded.push(
      `delivery dates: model ${broken.version} cannot be used: ${broken.what} (waybill edd rollback, or waybill edd learn)`,
    );
  }
  if (machines.shutdown.stopping) notReady.push('stopping');
  try {
    const { oldestWaitingMs, dead } = await inboxFigures(machines.database.pipeline);
    if (oldestWaitingMs !== null) {
      const ageMs = machines.clock.nowMs() - oldestWaitingMs;
      if (ageMs > RECEIPT_AGE_MS_MAX) {
        degraded.push(`pipeline: the oldest receipt has waited ${Math.round(ageMs / 1_000)} s`);
      }
    }
    if (dead > 0)
      degraded.push(`inbox: dead letters wait: ${dead} (/ops, or waybill deadletters list)`);
    for (const [consumer, passed] of await countDeadEntries(machines.database.pipeline)) {
      degraded.push(
        `${consumer}: events were passed over: ${passed} (waybill deadletters entries)`,
      );
    }
  } catch (error) {
    machines.log.warn({ err: error }, 'the database did not answer the readiness check');
    notReady.push('database: no answer');
  }
  return { notReady, degraded };
}

async function listen({ server }: HubServer, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${shown}:${address.port}`;
}
