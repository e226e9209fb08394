import { join } from 'node:path';
import {
  createHttp,
  createSubscribeLimiter,
  type HubServer,
  openPublicFace,
  type Readiness,
} from '../../http/index.ts';
import {
  type BacklogWatch,
  inboxFigures,
  registerAdmissionGauges,
  watchBacklog,
} from '../../intake/index.ts';
import { bootstrap } from '../../merchants/index.ts';
import { formatProblem } from '../../normalization/index.ts';
import { countDeadEntries } from '../../platform/event-log/dead-entries.ts';
import type { Machines } from '../../platform/machines.ts';
import { joinFigures } from '../../platform/observability/join-figures.ts';
import { removeRunFile, writeRunFile } from '../../platform/process/run-file.ts';
import { carrierSettingName, type Role } from '../../platform/settings/config.ts';
import { loadPredictionTexts, openPromises } from '../../prediction/index.ts';
import { createExceptions } from '../../reactions/exceptions/index.ts';
import { openMailboxView, unreachableLinks } from '../../reactions/notifications/index.ts';
import { SHARED_MAX_AGE_S } from '../../reactions/purges/index.ts';
import { registerBacklogGauges, registerMappingGauge } from '../../tracking/index.ts';
import {
  type CarrierEndpoint,
  createBodyRooms,
  createCarrierEndpoint,
  registerBodyGauge,
  webhookCounter,
} from '../../webhooks/index.ts';
import type { Hub } from '../hub.ts';
import { composeParts, type Parts } from '../parts.ts';
import { shippedFile } from '../shipped.ts';
import type { Serving } from '../start.ts';
import { subscribeOnPage } from '../tracking-page.ts';
import { startPollerRole } from './poller.ts';
import { beginReactions } from './reactions.ts';
import { type SandboxRole, startSandboxRole } from './sandbox.ts';
import { keepWorkProcess, rolesOfWorkProcess, type WorkProcess } from './work-process.ts';
import { startInboxAnnouncements, startWorkerRole } from './worker.ts';

/** A receipt that waits longer than this shows that the pipeline does not keep up. */
const RECEIPT_AGE_MS_MAX = 60_000;

/** Starts the roles of this process on its machines: the composition root. */
export async function startRoles(machines: Machines): Promise<Serving> {
  const { config, shutdown } = machines;
  // Until it listens at a port of the system's choice, addresses begin with the path.
  let localUrl = config.port === 0 ? '' : urlOf(config.host, config.port);
  let sandbox: SandboxRole | null = null;
  const parts = await composeParts(machines, {
    publicUrl: () => config.publicUrl ?? localUrl,
    sandboxOrigin: (carrier) => sandbox?.origin(carrier) ?? null,
    demos: () => sandbox?.demos ?? {},
  });
  const { hub, polling, notifying, predicting, publicUrl } = parts;
  const { text: apiKey, merchantId } = await bootstrap(hub.apiKeys, config.bootstrapKey);
  const exceptions = createExceptions(parts.exceptions);
  startInboxAnnouncements(machines, hub);
  const workRoles = rolesOfWorkProcess(config);
  // Declared here and started last: it stops when nobody is answered any more.
  let work: WorkProcess | null = null;
  shutdown.onStop('work', () => work?.process.stop());
  const inside = config.roles.filter((role) => !workRoles.includes(role));
  if (inside.includes('worker')) startWorkerRole(machines, parts);
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
    ...(parts.purgers.length > 0 ? { sharedMaxAgeS: SHARED_MAX_AGE_S } : {}),
    brandings: hub.templating.brandings,
    start: { trustedProxies: config.trustedProxies, demos: parts.demos },
    subscribe: subscribeOnPage(notifying.notifications, subscribeLimiter),
    personal: {
      keyring: machines.keyring,
      tracking: hub.tracking,
      proofs: hub.proofs,
      service: exceptions.selfService,
    },
  });
  const http: HubServer = createHttp({
    db: machines.database,
    tracking: hub.tracking,
    keys: hub.apiKeys,
    accounts: hub.accounts,
    proofs: hub.proofs,
    downloads: { store: hub.objects.local, keyring: machines.keyring, clock: machines.clock },
    polling: {
      ...polling.polling,
      accountsChanged() {
        polling.polling.accountsChanged();
        work?.accountsChanged();
      },
    },
    credentialCheck: polling.verifier,
    extras: polling.extras,
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
    ...(hub.scans === undefined ? {} : { scans: hub.scans }),
    carrierEndpoint: serves('webhooks')
      ? carrierEndpoint(machines, hub, () => http.isCrowded())
      : null,
    merchantApi: serves('api'),
    publicRoutes: serves('api') ? face.routes : [],
    ...(serves('api') ? { nowherePage: face.nowherePage } : {}),
    readiness: () => readiness(machines, parts, work),
    log: machines.log,
    metrics: machines.metrics,
    figures: async () =>
      joinFigures(await machines.metrics.metrics(), (await work?.figures()) ?? ''),
    publicUrl,
    trustedProxies: config.trustedProxies,
    metricsToken: config.metricsToken,
  });
  shutdown.onStop('http', async () => {
    await face.close(); // live streams would hold the server open
    await http.close();
  });
  if (workRoles.includes('worker')) await beginReactions(machines);
  localUrl = (await http.listen(config.host, config.port)).origin;
  writeRunFile(config.data, { pid: process.pid, url: localUrl });
  shutdown.onStop('run file', async () => removeRunFile(config.data));
  if (serves('poller') && config.sandbox) {
    // Sandbox carriers are there for whoever asks them.
    sandbox = await startSandboxRole(machines, hub, merchantId);
    await sandbox.showAround({ merchantId, mode: 'test' }, localUrl, publicUrl());
  }
  if (inside.includes('poller')) await startPollerRole(machines, hub, polling, parts);
  if (workRoles.length > 0) {
    const origins = carriers.map((carrier) => [carrier, parts.sandboxOrigin(carrier)] as const);
    work = keepWorkProcess(machines, {
      roles: workRoles,
      publicUrl: publicUrl(),
      sandboxOrigins: Object.fromEntries(origins.filter(hasOrigin)),
      demos: parts.demos(),
    });
    if (!shutdown.stopping) work.process.start();
  }
  return { url: localUrl, apiKey };
}

function hasOrigin(entry: readonly [string, string | null]): entry is readonly [string, string] {
  return entry[1] !== null;
}

function carrierEndpoint(machines: Machines, hub: Hub, crowded: () => boolean): CarrierEndpoint {
  const { config, clock, log, metrics } = machines;
  const backlog = startBacklogWatch(machines, hub, crowded);
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

function startBacklogWatch(
  { config, database, clock, random, log, metrics, shutdown }: Machines,
  { inbox }: Hub,
  crowded: () => boolean,
): BacklogWatch {
  const backlog = watchBacklog({
    db: database.pipeline,
    clock,
    log,
    limits: config.backlog,
    unwrittenMs: () => inbox.unwrittenMs(),
    crowded,
    random: () => (random(1)[0] ?? 0) / 255,
  });
  shutdown.onStop('backlog watch', () => backlog.stop());
  registerAdmissionGauges(metrics, backlog);
  return backlog;
}

async function readiness(
  machines: Machines,
  { hub, notifying, predicting: { model } }: Pick<Parts, 'hub' | 'notifying' | 'predicting'>,
  work: WorkProcess | null,
): Promise<Readiness> {
  const notReady: string[] = [];
  const degraded = hub.mappings.problems().map((problem) => `mapping: ${formatProblem(problem)}`);
  const broken = model.problem();
  if (broken !== null) {
    degraded.push(
      `delivery dates: model ${broken.version} cannot be used: ${broken.what} (waybill edd rollback, or waybill edd learn)`,
    );
  }
  if (work?.process.state === 'away') {
    degraded.push('work: the background process has exited and is being restarted');
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
    if (dead > 0) degraded.push(`inbox: ${dead} dead letters (/ops, or waybill deadletters list)`);
    const outside = await notifying.channels.outside();
    const unreachable = unreachableLinks(machines.config.publicUrl, outside);
    if (unreachable !== null) {
      degraded.push(`notifications: ${unreachable} (set WAYBILL_PUBLIC_URL)`);
    }
    for (const [consumer, passed] of await countDeadEntries(machines.database.pipeline)) {
      degraded.push(`${consumer}: ${passed} events were skipped (waybill deadletters entries)`);
    }
  } catch (error) {
    machines.log.warn({ err: error }, 'the database did not answer the readiness check');
    notReady.push('database: no answer');
  }
  return { notReady, degraded };
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
