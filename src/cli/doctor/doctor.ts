import { existsSync } from 'node:fs';
import { type LoadedRegistry, packagedMappings, type Registry } from '../../adapters/index.ts';
import { openDropPlaces } from '../../app/drops.ts';
import { carriersForCommand } from '../../app/installed-carriers.ts';
import { checkDropPlace } from '../../intake/index.ts';
import { withoutSecrets } from '../../kernel/wire/secret-texts.ts';
import { visibleMerchants } from '../../merchants/index.ts';
import { openMappingFiles } from '../../normalization/index.ts';
import { checkDatabase } from '../../platform/checkup/database-checks.ts';
import { type Finding, fail, failed, ok, warn } from '../../platform/checkup/finding.ts';
import {
  checkDataFolder,
  checkDiskSpace,
  checkListenQueue,
  checkMasterKey,
  checkNode,
  checkPort,
  checkPostgresPrograms,
  checkRedis,
} from '../../platform/checkup/machine-checks.ts';
import { checkKafka, checkObjects } from '../../platform/checkup/service-checks.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { openDatabase } from '../../platform/database/database.ts';
import { withDatabaseUrl } from '../../platform/database/visit-database.ts';
import { clusterFolder } from '../../platform/postgres/cluster.ts';
import { findLockHolder } from '../../platform/process/folder-lock.ts';
import { readRunFile } from '../../platform/process/run-file.ts';
import { type Config, ConfigError, readConfig } from '../../platform/settings/config.ts';
import {
  checkChannelsFile,
  UNREACHABLE_LINKS_FIX,
  unreachableLinks,
} from '../../reactions/notifications/index.ts';
import { checkArchive } from './archive.ts';
import { checkBackups } from './backups.ts';
import { checkBootstrapKeys } from './bootstrap-keys.ts';
import { checkKeysInUse } from './keys.ts';
import { checkSweeps, retentionFindings } from './retention.ts';

/** A check of another module, such as the fleet's. */
type Check = (config: Config, clock: Clock) => Promise<readonly Finding[]>;

/**
 * Runs `waybill doctor`, which checks everything a start needs and reports each fault with its fix.
 * Every check runs, so that one fault does not hide the next.
 *
 * @param checks those of other modules
 * @returns the exit code: 1 if something failed.
 */
export async function runDoctor(
  env: NodeJS.ProcessEnv,
  form: 'text' | 'json',
  checks: readonly Check[],
): Promise<number> {
  let failures = 0;
  let warnings = 0;
  for await (const finding of examine(env, checks)) {
    if (finding.verdict === 'fail') failures += 1;
    if (finding.verdict === 'warn') warnings += 1;
    process.stdout.write(
      `${withoutSecrets(form === 'json' ? JSON.stringify(finding) : asText(finding))}\n`,
    );
  }
  if (form === 'text') {
    const sum =
      failures + warnings === 0
        ? 'No problems found.'
        : `${failures} failed, ${warnings} warnings.`;
    process.stdout.write(`${sum}\n`);
  }
  return failures === 0 ? 0 : 1;
}

async function* examine(env: NodeJS.ProcessEnv, checks: readonly Check[]): AsyncGenerator<Finding> {
  yield checkNode();
  let config: Config;
  try {
    config = readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const { setting, found, expected } of error.faults) {
      yield fail('settings', `${setting} is ${found}`, `${setting}: ${expected}.`);
    }
    return;
  }
  yield* checkConfigured(config, env);
  for (const check of checks) yield* await check(config, systemClock);
}

async function* checkConfigured(config: Config, env: NodeJS.ProcessEnv): AsyncGenerator<Finding> {
  const { data, databaseUrl } = config;
  if (config.warnings.length === 0) yield ok('settings', 'all are known');
  for (const warning of config.warnings) {
    const fix = 'Check its spelling; config/defaults.yaml lists all settings.';
    yield { name: 'settings', verdict: 'warn', found: warning, fix };
  }
  yield await checkDataFolder(data);
  yield checkDiskSpace(data);
  if (databaseUrl === null) yield await checkPostgresPrograms(data);
  yield* await checkDatabase(config);
  yield await checkRedis(config);
  yield* await checkKafka(config);
  yield await checkObjects(config);
  yield* await checkDrops(config);
  yield checkMasterKey({ text: config.masterKey, file: config.masterKeyFile, data });
  yield* await checkKeysInUse(config);
  yield* await checkBootstrapKeys(config);
  yield* await checkBackups(config, systemClock);
  yield* await checkArchive(config);
  yield await checkPort(config.host, config.port, (await findLockHolder(data)) !== null);
  yield checkListenQueue();
  yield* await checkRunningHub(data);
  yield* checkCarriers(config);
  yield* await checkChannels(config, env);
}

const SIGNS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

function asText(finding: Finding): string {
  const said = `${SIGNS[finding.verdict]}  ${finding.name}: ${finding.found}`;
  return finding.verdict === 'ok' ? said : `${said}\n      → ${finding.fix}`;
}

/**
 * Checks the providers of messages: whether the file can be used, its secrets are set, and links
 * lead to us.
 */
export async function checkChannels(config: Config, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const fix =
    "Fix the file that WAYBILL_CHANNELS names; docs/channels.md lists each provider's settings.";
  try {
    const { problems, outside } = await checkChannelsFile(config.channels, env);
    const unreachable = unreachableLinks(config.publicUrl, outside);
    if (unreachable !== null) return [warn('channels', unreachable, UNREACHABLE_LINKS_FIX)];
    if (problems.length === 0) return [ok('channels', `${config.channels} can be used`)];
    return problems.map((problem) => fail('channels', problem, fix));
  } catch (error) {
    return [failed('channels', error, fix)];
  }
}

const NAME = 'dropped files';

/**
 * Checks whether the places for dropped files can be used, and which files there nobody will read.
 */
export async function checkDrops(config: Config): Promise<Finding[]> {
  const { folder } = config.drops;
  const findings: Finding[] = [];
  if (folder !== null && !existsSync(folder)) {
    const fix = 'Create it, or correct WAYBILL_DROPS.';
    findings.push(fail(NAME, `${folder} does not exist`, fix));
  }
  const slugs = await slugsOf(config);
  for (const { store } of await openDropPlaces(config)) {
    if (folder !== null && store.name === `folder ${folder}` && findings.length > 0) continue;
    try {
      const faults = await checkDropPlace(store, slugs);
      findings.push(...faults.map(({ found, fix }) => warn(NAME, found, fix)));
      if (faults.length === 0) findings.push(ok(NAME, `${store.name} can be read and written`));
    } catch (error) {
      const fix =
        'Check that the hub may read, write and move files there (S3: S3_ENDPOINT, S3_REGION, the access key).';
      findings.push(failed(NAME, error, fix));
    } finally {
      store.close();
    }
  }
  return findings;
}

/** Null without a database, which another check reports. */
async function slugsOf(config: Config): Promise<ReadonlySet<string> | null> {
  if (config.databaseUrl === null && !existsSync(clusterFolder(config.data))) return null;
  try {
    return await withDatabaseUrl(config, async (url) => {
      const database = openDatabase({ url });
      try {
        const merchants = await visibleMerchants(database.pipeline);
        return new Set(merchants.map(({ slug }) => slug));
      } finally {
        await database.end();
      }
    });
  } catch {
    return null;
  }
}

/** Checks the carriers of this installation, and what depends on them. */
async function* checkCarriers(config: Config): AsyncGenerator<Finding> {
  let registry: LoadedRegistry;
  try {
    registry = await carriersForCommand(config, () => {}); // The findings say what is left out.
  } catch (error) {
    yield failed('carriers', error, 'Check WAYBILL_ADAPTERS.');
    return;
  }
  for (const { carrier, reason, fix } of registry.leftOut) {
    yield fail('carriers', `the package of carrier "${carrier}" is left out: ${reason}`, fix);
  }
  yield* retentionFindings(config.retention, registry.list());
  yield* await checkSweeps(config, systemClock, registry);
  yield* await checkMappings(config, registry);
}

/** Checks the mappings of carriers' codes, including the tests inside. */
async function checkMappings(config: Config, registry: Registry): Promise<Finding[]> {
  try {
    const adapters = registry.list();
    const files = await openMappingFiles({
      folder: config.mappings,
      ...(config.mappingsOverlay === null ? {} : { overlay: config.mappingsOverlay }),
      packaged: packagedMappings(registry),
      carriers: adapters.map(({ manifest }) => manifest),
      watch: 'off',
    });
    const problems = files.problems();
    files.close();
    if (problems.length === 0) {
      return [
        ok('mappings', `${adapters.length} carriers, all mappings compile and pass their tests`),
      ];
    }
    return problems.map(
      ({ file, line, severity, found, fix }): Finding => ({
        name: 'mappings',
        verdict: severity === 'error' ? 'fail' : 'warn',
        found: line === 0 ? `${file}: ${found}` : `${file}:${line}: ${found}`,
        fix,
      }),
    );
  } catch (error) {
    return [failed('mappings', error, 'Check WAYBILL_MAPPINGS and WAYBILL_MAPPINGS_OVERLAY.')];
  }
}

const ANSWER_MS_MAX = 5_000;

/**
 * Returns the findings in the `/readyz` answer of the hub that runs with this data folder, one for
 * each of its sentences: both have one source. Empty if none runs.
 */
export async function checkRunningHub(data: string): Promise<Finding[]> {
  const holder = await findLockHolder(data);
  if (holder === null) return [];
  const running = readRunFile(data, holder.pid);
  if (running === null) {
    const found = `process ${holder.pid} uses ${data} and has not published its URL`;
    return [warn('hub', found, 'It may be starting: check its log, and try again in a moment.')];
  }
  const said = await readinessOf(running.url);
  if (said === null) {
    const found = `process ${running.pid} is running, but ${running.url}/readyz does not answer`;
    return [fail('hub', found, 'Check its log; restart it if this continues.')];
  }
  const fix = `This is the answer of ${running.url}/readyz; docs/operators.md says what to do.`;
  const findings = [
    ...said.notReady.map((found) => fail('hub', found, fix)),
    ...said.degraded.map((found) => warn('hub', found, fix)),
  ];
  return findings.length > 0 ? findings : [ok('hub', `${running.url} is ready`)];
}

async function readinessOf(
  url: string,
): Promise<{ notReady: readonly string[]; degraded: readonly string[] } | null> {
  try {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const answer = await fetch(`${url}/readyz`, { signal, redirect: 'error' });
    const said = (await answer.json()) as { not_ready?: unknown; degraded?: unknown };
    return { notReady: textsOf(said.not_ready), degraded: textsOf(said.degraded) };
  } catch {
    return null;
  }
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}
