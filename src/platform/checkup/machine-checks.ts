import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { clusterOwner } from '../postgres/cluster.ts';
import { cleanEnv, runProgram } from '../postgres/program.ts';
import { findReachableBinaries } from '../postgres/reachable-binaries.ts';
import { decideRunAs } from '../postgres/run-as.ts';
import { findLockHolder } from '../process/folder-lock.ts';
import { findPortHolder, otherPort } from '../process/port-holder.ts';
import { whyNoAnswer } from '../redis/program.ts';
import { chooseRedis, type RedisPlace } from '../redis/redis.ts';
import { loadKeyring, masterKeyFile } from '../sealing/master-key.ts';
import { type Finding, fail, failed, ok, warn } from './finding.ts';

const GIB = 1024 ** 3;
/**
 * PostgreSQL stops when it cannot write its log; it retains a gigabyte of log between checkpoints.
 */
const DISK_FAIL_BYTES = 0.5 * GIB;
const DISK_WARN_BYTES = 2 * GIB;
/** The default of Linux since 5.4; before that it was 128. */
const WAITING_CONNECTIONS_MIN = 4_096;
const PROGRAM_MS_MAX = 10_000;

export function checkNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)
    ? ok('node', `Node.js ${version}`)
    : fail('node', `Node.js ${version}`, 'Install Node.js 20.19, 22.12 or newer.');
}

/** Checks the data folder; changes nothing, so it does not create one that is missing. */
export async function checkDataFolder(folder: string): Promise<Finding> {
  const name = 'data folder';
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return ok(name, `${folder} does not exist yet; start creates it`);
  if (!stat.isDirectory()) {
    return fail(name, `${folder} is not a folder`, 'Set WAYBILL_DATA to a folder.');
  }
  const uid = process.getuid?.() ?? stat.uid;
  if (uid !== 0 && uid !== stat.uid) {
    const fix = `Start as that account, or \`chown -R ${uid} ${folder}\` while the hub is stopped.`;
    return fail(name, `${folder} belongs to uid ${stat.uid}, this is uid ${uid}`, fix);
  }
  if ((stat.mode & 0o077) !== 0) {
    const fix = `It contains keys and personal data: \`chmod 700 ${folder}\` (start also does it).`;
    return warn(name, `${folder} is open to other accounts`, fix);
  }
  const holder = await findLockHolder(folder);
  return ok(name, holder === null ? folder : `${folder}, in use by process ${holder.pid}`);
}

/** Checks the free space; `/readyz` is degraded below the same bound. */
export function checkDiskSpace(folder: string, free: number = freeBytes(folder)): Finding {
  const name = 'disk space';
  const found = `${(free / GIB).toFixed(1)} GiB free for ${folder}`;
  const fix = 'Free some space, or move the data folder to a larger disk (WAYBILL_DATA).';
  if (free < DISK_FAIL_BYTES) return fail(name, found, fix);
  return free < DISK_WARN_BYTES ? warn(name, found, fix) : ok(name, found);
}

/**
 * Runs the server's program, which shows whether a library is missing or the account may not run
 * it.
 */
export async function checkPostgresPrograms(folder: string): Promise<Finding> {
  const name = 'PostgreSQL programs';
  const spare = mkdtempSync(path.join(os.tmpdir(), 'waybill-doctor-'));
  try {
    const runAs = decideRunAs(clusterOwner(folder));
    const binaries = findReachableBinaries(spare, runAs);
    const options = { runAs, env: cleanEnv(binaries), timeoutMs: PROGRAM_MS_MAX };
    await runProgram(binaries.postgres, ['--version'], options);
    const who = runAs.account === null ? 'this account' : `account ${runAs.account.name}`;
    const found = `${path.dirname(binaries.postgres)}, run as ${who}`;
    if (runAs.endsWithUs || process.platform !== 'linux') return ok(name, found);
    const fix = 'Install setpriv (util-linux), so that the server ends when the hub is killed.';
    return warn(name, found, fix);
  } catch (error) {
    return failed(name, error, 'Run `npm ci` again, or set DATABASE_URL to a server of your own.');
  } finally {
    rmSync(spare, { recursive: true, force: true });
  }
}

/**
 * Checks which Redis a start would use. Having none is not a fault: PostgreSQL then stores the
 * queue of polls.
 */
export async function checkRedis(place: RedisPlace): Promise<Finding> {
  const name = 'Redis';
  const choice = await chooseRedis(place);
  if (choice.use === 'none') return ok(name, `none (${choice.why}); the queue is in PostgreSQL`);
  if (choice.use === 'private')
    return ok(name, `${choice.file} ${choice.version}, started privately`);
  const why = await whyNoAnswer(choice);
  if (why === null) return ok(name, 'the server of REDIS_URL answers');
  return fail(
    name,
    `REDIS_URL is set but cannot be used: ${why}`,
    'Start that server, or unset REDIS_URL.',
  );
}

/**
 * Checks whether the port is free.
 *
 * @param inUse the hub runs on this data folder, so an occupied port is most likely its own.
 */
export async function checkPort(host: string, port: number, inUse: boolean): Promise<Finding> {
  const name = 'port';
  if (port === 0) return ok(name, 'any free port');
  const error = await tryToListen(host, port);
  if (error === null) return ok(name, `${host}:${port} is free`);
  if (error.code === 'EADDRINUSE' && inUse)
    return ok(name, `${host}:${port} is taken by the running hub`);
  const fix =
    error.code === 'EADDRINUSE'
      ? `Stop the program that listens there, or start with \`PORT=${otherPort(port)} npm start\`.`
      : 'Set HOST to an address of this machine, and PORT above 1023 unless you start as root.';
  const holder = error.code === 'EADDRINUSE' ? findPortHolder(port) : null;
  const found = `cannot listen on ${host}:${port} (${error.code})`;
  return fail(name, holder === null ? found : `${found}: in use by ${holder}`, fix);
}

/**
 * Checks Linux's limit on every queue of connections, which applies whatever the server's setting.
 */
export function checkListenQueue(file = '/proc/sys/net/core/somaxconn'): Finding {
  const name = 'listen queue';
  if (!existsSync(file)) return ok(name, 'unknown on this system');
  const most = Number(readFileSync(file, 'utf8'));
  const found = `${most} connections may wait to be accepted`;
  if (most >= WAITING_CONNECTIONS_MIN) return ok(name, found);
  const fix = `Bursts beyond that wait for seconds: run \`sysctl -w net.core.somaxconn=${WAITING_CONNECTIONS_MIN}\` before the hub starts.`;
  return warn(name, found, fix);
}

/** Checks that the master key can be read, and only by this account. */
export function checkMasterKey(source: {
  readonly text: string | null;
  readonly file: string | null;
  readonly data: string;
}): Finding {
  const name = 'master key';
  const file = source.file ?? masterKeyFile(source.data);
  if (source.text === null && source.file === null && !existsSync(file)) {
    return ok(name, 'does not exist yet; start creates one in the data folder');
  }
  try {
    const keyring = loadKeyring(source);
    const from = source.text === null ? file : 'WAYBILL_MASTER_KEY';
    const found = `${from}, key ${keyring.active.id} of ${keyring.keys.size}`;
    if (source.text === null && (statSync(file).mode & 0o077) !== 0 && source.file === null) {
      return warn(name, `${found}, readable by other accounts`, `\`chmod 600 ${file}\``);
    }
    return ok(name, found);
  } catch (error) {
    return failed(name, error, 'Restore the key that sealed the data; no other key opens it.');
  }
}

function tryToListen(host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(nearestExisting(folder));
  return bavail * bsize;
}

function nearestExisting(folder: string): string {
  let at = path.resolve(folder);
  while (!existsSync(at)) at = path.dirname(at);
  return at;
}
