import { Counter } from 'prom-client';
import type { HubServer } from '../../http/index.ts';
import { bootstrap, inviteFirstOwner, type MembersDeps, wakeDemo } from '../../merchants/index.ts';
import { beginAtHeads } from '../../platform/event-log/event-log.ts';
import { type Machines, sharedRedis } from '../../platform/machines.ts';
import { recordActivity } from '../../platform/observability/activity/record-activity.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { explainListenError } from '../../platform/process/port-holder.ts';
import { removeRunFile, writeRunFile } from '../../platform/process/run-file.ts';
import { useSharedRates } from '../../platform/rates/shared-rates.ts';
import { installationName } from '../../platform/sealing/key-canary.sql.ts';
import type { Config } from '../../platform/settings/config.ts';
import { RELAY } from '../../reactions/kafka/index.ts';
import { registerBacklogGauges, registerMappingGauge } from '../../tracking/ports/running.ts';
import { settleDemo } from '../demo/start-demo.ts';
import type { ServingFleet } from '../fleet.ts';
import type { Hub } from '../hub.ts';
import { composeParts } from '../parts.ts';
import type { Serving } from '../start.ts';
import { startKafkaPositions } from './kafka-in.ts';
import { startLoad } from './load.ts';
import { makePartitionsAhead } from './partitioned-tables.ts';
import { startPollerRole } from './poller.ts';
import { type SandboxRole, startSandboxRole } from './sandbox.ts';
import { openServer } from './serve-http.ts';
import { rolesOfWorkProcess, type WorkProcess } from './work-process.ts';
import { startInboxAnnouncements, startWorkerRole } from './worker.ts';

/** Creates the bootstrap key and merchant; logs which keys became invalid or valid. */
async function bootstrapLogged({ config, log }: Machines, { apiKeys }: Hub) {
  const { text, merchantId, revoked, isRevived } = await bootstrap(apiKeys, config.bootstrapKey);
  for (const { id, prefix } of revoked) {
    log.warn(
      { key: id, prefix },
      'WAYBILL_BOOTSTRAP_KEY has changed: the bootstrap key that it replaces was revoked',
    );
  }
  if (isRevived) {
    log.warn('the key in WAYBILL_BOOTSTRAP_KEY had been revoked; the setting made it valid again');
  }
  return { apiKey: text, merchantId };
}

/** Starts the roles of this process on its machines: the composition root. */
export async function startRoles(machines: Machines, work: WorkProcess | null): Promise<Serving> {
  const { config, shutdown } = machines;
  const workRoles = rolesOfWorkProcess(config);
  work?.prepare(machines);
  // Registered first, so that it stops after the last answer.
  shutdown.onStop('work', () => work?.process.stop());
  // Until it listens at a port of the system's choice, URLs consist of the path only.
  let localUrl = config.port === 0 ? '' : urlOf(config.host, config.port);
  let sandbox: SandboxRole | null = null;
  let courierDemos: CourierDemos | null = null;
  const parts = await composeParts(machines, {
    publicUrl: () => config.publicUrl ?? localUrl,
    sandboxOrigin: (carrier) => sandbox?.origin(carrier) ?? null,
    demos: () => ({ ...sandbox?.demos, ...courierDemoNumbers(courierDemos) }),
    demoTokens: () => courierDemoTokens(courierDemos),
  });
  const { hub, polling, publicUrl } = parts;
  startInboxAnnouncements(machines, hub);
  const ownRoles = config.roles.filter((role) => !workRoles.includes(role));
  let http: HubServer | null = null;
  const loadParts = startLoad(machines, hub, {
    measuresBacklog: ownRoles.includes('webhooks') || ownRoles.includes('worker'),
    crowded: () => http?.isCrowded() ?? false,
  });
  const { load } = loadParts;
  if (ownRoles.includes('worker')) await startWorkerRole(machines, parts, load);
  recordActivity(machines);
  registerBacklogGauges(machines.metrics, machines.database.pipeline, () => machines.clock.nowMs());
  const carriers = hub.registry.list().map(({ manifest }) => manifest.name);
  registerMappingGauge(machines.metrics, hub.mappings, carriers);

  await makePartitionsAhead(machines);
  const base = { keys: hub.apiKeys, registry: hub.registry };
  const fleet = config.roles.includes('api')
    ? ((await hub.fleet?.serve(parts, base)) ?? null)
    : null;
  await startSharedRates(machines);
  http = openServer(machines, { ...parts, ...loadParts }, () => work, fleet);
  await initializeReactionCursors(machines);
  localUrl = (await listen(http, config)).origin;
  // Done after listening: a start that fails, because the port is in use, must not change which key
  // is valid.
  const { apiKey, merchantId } = await bootstrapLogged(machines, hub);
  const isFirstStart = apiKey !== null && config.bootstrapKey === null;
  const demo = { isFirstStart, nowMs: machines.clock.nowMs() };
  await settleDemo(machines.database, config, demo);
  await startKafkaPositions(machines, fleet, hub.drops);
  writeRunFile(config.data, { pid: process.pid, url: localUrl });
  if (config.roles.includes('api')) await logFirstOwnerLink(machines.log, hub.members, publicUrl());
  shutdown.onStop('run file', async () => removeRunFile(config.data));
  if (config.roles.includes('poller') && config.sandbox) {
    // Sandbox carriers run for all processes that call them.
    sandbox = await startSandboxRole(machines, hub, merchantId);
    await sandbox.showAround({ merchantId, mode: 'test' }, localUrl, publicUrl());
  }
  if (ownRoles.includes('poller'))
    await startPollerRole(machines, hub, polling, { ...parts, load });
  const simulated = [...carriers, ...hub.shops.platforms.keys(), ...(sandbox?.hosts ?? [])];
  const origins = simulated.map((carrier) => [carrier, parts.sandboxOrigin(carrier)] as const);
  work?.proceed({
    publicUrl: publicUrl(),
    sandboxOrigins: Object.fromEntries(origins.filter(hasOrigin)),
    demos: parts.demos(),
  });
  if (sandbox !== null && fleet !== null) {
    courierDemos = fleet.ride({ merchantId, mode: 'test' }, localUrl);
  }
  fleet?.playDemo();
  const working = work?.process.begun ?? Promise.resolve();
  void working.then(() => wakeDemo(machines.database.pipeline)).catch(() => {});
  return { url: localUrl, apiKey, working };
}

type CourierDemos = ReturnType<ServingFleet['ride']>;

async function listen(http: HubServer, { host, port }: Config): Promise<URL> {
  try {
    return await http.listen(host, port);
  } catch (error) {
    throw explainListenError(error, host, port);
  }
}

function courierDemoNumbers(courierDemos: CourierDemos | null): Readonly<Record<string, string>> {
  const entries = Object.entries(courierDemos?.demos() ?? {});
  return Object.fromEntries(entries.map(([carrier, { number }]) => [carrier, number]));
}

function courierDemoTokens(courierDemos: CourierDemos | null): Readonly<Record<string, string>> {
  const entries = Object.entries(courierDemos?.demos() ?? {});
  return Object.fromEntries(
    entries.flatMap(([carrier, { token }]) => (token === null ? [] : [[carrier, token]])),
  );
}

function hasOrigin(entry: readonly [string, string | null]): entry is readonly [string, string] {
  return entry[1] !== null;
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Minimum interval between "Redis unavailable" warnings, whatever the request rate. */
const WARN_EVERY_MS = 60_000;

/** Shares the limits of requests between all processes that use the same Redis. */
async function startSharedRates(
  machines: Pick<Machines, 'redis' | 'config' | 'database' | 'log' | 'metrics' | 'shutdown'>,
): Promise<void> {
  const { database, log, metrics, shutdown } = machines;
  const address = sharedRedis(machines);
  if (address === null) return;
  const { openRedisRates } = await import('../../platform/rates/redis-rates.ts');
  const charges = new Counter({
    name: 'waybill_shared_rates_total',
    help: 'Charges to the limits of requests that processes share; away: each process counted for itself.',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  for (const outcome of ['counted', 'away']) charges.inc({ outcome }, 0);
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  const rates = openRedisRates({
    address,
    namespace: await installationName(database.pipeline),
    onCharged: (outcome) => charges.inc({ outcome }),
    onError(err) {
      if (performance.now() - loggedAtMs < WARN_EVERY_MS) return;
      loggedAtMs = performance.now();
      log.warn({ err }, 'Redis does not share the limits of requests; each process counts its own');
    },
  });
  useSharedRates(rates);
  shutdown.onStop('shared limits', async () => {
    useSharedRates(null);
    rates.close();
  });
}

/**
 * Logs a link by which the reader of the log may become the first owner of the desk, once and for a
 * quarter of an hour.
 */
export async function logFirstOwnerLink(
  log: Pick<Logger, 'info'>,
  members: MembersDeps,
  publicUrl: string,
): Promise<void> {
  const token = await inviteFirstOwner(members);
  if (token === null) return;
  log.info({ url: `${publicUrl}/console/join/${token}` }, 'open this to become the first owner');
}

/** The consumers that act on events, and begin with the next one (`beginsAt` of each). */
const BEGIN_AT_NEWEST = ['exceptions', 'merchant-webhooks', 'notifications', 'shops'] as const;
const FLEET_BEGINS_AT_NEWEST = ['couriers', 'deliveries', 'places'] as const;

/**
 * On a new installation, sets the consumers' initial cursors before the hub answers its first
 * request; whichever process starts first does it. Consumers start seconds later and would otherwise
 * skip events from that gap.
 */
export async function initializeReactionCursors({
  config,
  database,
}: Pick<Machines, 'config' | 'database'>): Promise<void> {
  const relay = config.kafka?.from === 'newest' ? [RELAY] : [];
  const fleet = config.fleet ? FLEET_BEGINS_AT_NEWEST : [];
  for (const consumer of [...BEGIN_AT_NEWEST, ...fleet, ...relay]) {
    await beginAtHeads(database.pipeline, consumer);
  }
}
