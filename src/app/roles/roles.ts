import type { HubServer } from '../../http/index.ts';
import { bootstrap } from '../../merchants/index.ts';
import type { Machines } from '../../platform/machines.ts';
import { recordActivity } from '../../platform/observability/activity/record-activity.ts';
import { explainListenError } from '../../platform/process/port-holder.ts';
import { removeRunFile, writeRunFile } from '../../platform/process/run-file.ts';
import type { Config } from '../../platform/settings/config.ts';
import { registerBacklogGauges, registerMappingGauge } from '../../tracking/index.ts';
import type { ServingFleet } from '../fleet.ts';
import type { Hub } from '../hub.ts';
import { composeParts } from '../parts.ts';
import type { Serving } from '../start.ts';
import { beginReactions } from './begin-reactions.ts';
import { tellFirstOwner } from './first-owner.ts';
import { startKafkaPositions } from './kafka-in.ts';
import { startLoad } from './load.ts';
import { makePartitionsAhead } from './partitioned-tables.ts';
import { startPollerRole } from './poller.ts';
import { type SandboxRole, startSandboxRole } from './sandbox.ts';
import { openServer } from './serve-http.ts';
import { startSharedRates } from './shared-rates.ts';
import { rolesOfWorkProcess, startWorkProcess } from './work-process.ts';
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
export async function startRoles(machines: Machines): Promise<Serving> {
  const { config, shutdown } = machines;
  const workRoles = rolesOfWorkProcess(config);
  const work = workRoles.length > 0 ? startWorkProcess(machines, workRoles) : null;
  // Registered first, so that it stops after the last answer.
  shutdown.onStop('work', () => work?.process.stop());
  // Until it listens at a port of the system's choice, URLs consist of the path only.
  let localUrl = config.port === 0 ? '' : urlOf(config.host, config.port);
  let sandbox: SandboxRole | null = null;
  let riding: Riding | null = null;
  const parts = await composeParts(machines, {
    publicUrl: () => config.publicUrl ?? localUrl,
    sandboxOrigin: (carrier) => sandbox?.origin(carrier) ?? null,
    demos: () => ({ ...sandbox?.demos, ...numbersOf(riding) }),
    demoTokens: () => tokensOf(riding),
  });
  const { hub, polling, publicUrl } = parts;
  startInboxAnnouncements(machines, hub);
  const inside = config.roles.filter((role) => !workRoles.includes(role));
  let http: HubServer | null = null;
  const loadParts = startLoad(machines, hub, {
    measuresBacklog: inside.includes('webhooks') || inside.includes('worker'),
    crowded: () => http?.isCrowded() ?? false,
  });
  const { load } = loadParts;
  if (inside.includes('worker')) await startWorkerRole(machines, parts, load);
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
  await beginReactions(machines);
  localUrl = (await listen(http, config)).origin;
  // Done after listening: a start that fails, because the port is in use, must not change which key
  // is valid.
  const { apiKey, merchantId } = await bootstrapLogged(machines, hub);
  await startKafkaPositions(machines, fleet, hub.drops);
  writeRunFile(config.data, { pid: process.pid, url: localUrl });
  if (config.roles.includes('api')) await tellFirstOwner(machines.log, hub.members, publicUrl());
  shutdown.onStop('run file', async () => removeRunFile(config.data));
  if (config.roles.includes('poller') && config.sandbox) {
    // Sandbox carriers run for all processes that call them.
    sandbox = await startSandboxRole(machines, hub, merchantId);
    await sandbox.showAround({ merchantId, mode: 'test' }, localUrl, publicUrl());
  }
  if (inside.includes('poller')) await startPollerRole(machines, hub, polling, { ...parts, load });
  const origins = carriers.map((carrier) => [carrier, parts.sandboxOrigin(carrier)] as const);
  work?.proceed({
    publicUrl: publicUrl(),
    sandboxOrigins: Object.fromEntries(origins.filter(hasOrigin)),
    demos: parts.demos(),
  });
  if (sandbox !== null && fleet !== null) {
    riding = fleet.ride({ merchantId, mode: 'test' }, localUrl);
  }
  return { url: localUrl, apiKey, working: work?.process.begun ?? Promise.resolve() };
}

type Riding = ReturnType<ServingFleet['ride']>;

async function listen(http: HubServer, { host, port }: Config): Promise<URL> {
  try {
    return await http.listen(host, port);
  } catch (error) {
    throw explainListenError(error, host, port);
  }
}

function numbersOf(riding: Riding | null): Readonly<Record<string, string>> {
  const shown = Object.entries(riding?.demos() ?? {});
  return Object.fromEntries(shown.map(([carrier, { number }]) => [carrier, number]));
}

function tokensOf(riding: Riding | null): Readonly<Record<string, string>> {
  const shown = Object.entries(riding?.demos() ?? {});
  return Object.fromEntries(
    shown.flatMap(([carrier, { token }]) => (token === null ? [] : [[carrier, token]])),
  );
}

function hasOrigin(entry: readonly [string, string | null]): entry is readonly [string, string] {
  return entry[1] !== null;
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
