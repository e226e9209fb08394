import { withoutSecrets } from '../../kernel/wire/secret-texts.ts';
import { checkDatabase } from '../../platform/checkup/database-checks.ts';
import { type Finding, fail, ok } from '../../platform/checkup/finding.ts';
import { checkKafka } from '../../platform/checkup/kafka-checks.ts';
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
import { checkObjects } from '../../platform/checkup/object-checks.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { findLockHolder } from '../../platform/process/folder-lock.ts';
import { type Config, ConfigError, readConfig } from '../../platform/settings/config.ts';
import { checkArchive } from './archive.ts';
import { checkBackups } from './backups.ts';
import { checkBootstrapKeys } from './bootstrap-keys.ts';
import { checkChannels } from './channels.ts';
import { checkDrops } from './drops.ts';
import { checkRunningHub } from './hub.ts';
import { checkKeysInUse } from './keys.ts';
import { checkMappings } from './mappings.ts';
import { checkRetention, checkSweeps } from './retention.ts';

/** A check of another module, such as the fleet's. */
type Check = (config: Config, clock: Clock) => Promise<readonly Finding[]>;

/**
 * `waybill doctor`: checks everything a start needs, and reports each fault with its fix. Every
 * check runs, so that one fault does not hide the next.
 *
 * @param checks those of other modules
 * @returns the exit code: 1 when something failed.
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
      `${withoutSecrets(form === 'json' ? JSON.stringify(finding) : line(finding))}\n`,
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
  yield* await checkRetention(config);
  yield* await checkSweeps(config, systemClock);
  yield* await checkArchive(config);
  yield await checkPort(config.host, config.port, (await findLockHolder(data)) !== null);
  yield checkListenQueue();
  yield* await checkRunningHub(data);
  yield* await checkMappings(config);
  yield* await checkChannels(config, env);
}

const SIGNS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' } as const;

function line(finding: Finding): string {
  const said = `${SIGNS[finding.verdict]}  ${finding.name}: ${finding.found}`;
  return finding.verdict === 'ok' ? said : `${said}\n      → ${finding.fix}`;
}
