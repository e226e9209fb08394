import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { giveToOwnerOf } from '../process/owner.ts';
import { adoptCluster, type Cluster, clusterOwner, SUPERUSER } from './cluster.ts';
import { handOver } from './hand-over.ts';
import { cleanEnv, runProgram } from './program.ts';
import { findReachableBinaries } from './reachable-binaries.ts';
import { decideRunAs } from './run-as.ts';
import {
  connectionOf,
  type ServerProcess,
  type ServerSetup,
  startServer,
} from './server-process.ts';
import { prepareSocketFolder } from './socket-folder.ts';

/** Enough for the log of a busy day on a slow disk. */
const RECOVERY_MS_MAX = 6 * 3_600_000;
const FLUSH_MS_MAX = 3_600_000;

/**
 * Turns the files of a backup below `data` into a cluster: replays the log that came with them,
 * continues in a new timeline, and sets a new password. Only the owner of the folder can reach the
 * server meanwhile. Resolves when it has stopped and everything is on disk.
 *
 * @param toMs the time in epoch ms up to which transactions are replayed; null: all.
 */
export async function recoverCluster(data: string, toMs: number | null): Promise<void> {
  const folder = path.resolve(data);
  const runAs = decideRunAs(clusterOwner(folder));
  const binaries = findReachableBinaries(path.join(folder, 'postgres-libraries'), runAs);
  const cluster = adoptCluster(folder, runAs);
  const hbaFile = 'recovery-access.conf';
  const access = path.join(cluster.folder, hbaFile);
  writeFileSync(access, 'local all all trust\n', { mode: 0o600 });
  const signal = path.join(cluster.dataFolder, 'recovery.signal');
  writeFileSync(signal, '', { mode: 0o600 });
  for (const made of [access, signal]) giveToOwnerOf(cluster.folder, made);
  const setup: ServerSetup = {
    cluster,
    binaries,
    runAs,
    socketFolder: prepareSocketFolder(cluster, runAs),
    durable: true,
    readyMsMax: RECOVERY_MS_MAX,
    // The server only knows the password of the hub that was backed up.
    hbaFile,
    settings: [
      // The log to replay is already in pg_wal.
      'restore_command=false',
      'hot_standby=off',
      'archive_mode=off',
    ],
  };
  const server = await startUntil(setup, toMs);
  try {
    await setPassword(cluster, setup.socketFolder);
  } finally {
    await server.stop();
  }
  rmSync(access);
  const { paths, stdio, close } = handOver([cluster.dataFolder], runAs);
  try {
    await runProgram(binaries.initdb, ['--sync-only', `--pgdata=${paths[0]}`], {
      runAs,
      stdio,
      env: cleanEnv(binaries),
      timeoutMs: FLUSH_MS_MAX,
    });
  } finally {
    close();
  }
}

/** The server's message if nothing was committed after the time at which it should stop. */
const BEFORE_TARGET = 'recovery ended before configured recovery target was reached';

/** Starts the server and recovers it until `toMs`; null: to the end of the log. */
async function startUntil(setup: ServerSetup, toMs: number | null): Promise<ServerProcess> {
  if (toMs === null) return startServer(setup);
  const settings = [
    ...(setup.settings ?? []),
    // The server does not accept a time with T and Z here.
    `recovery_target_time=${new Date(toMs).toISOString().replace('T', ' ').replace('Z', '+00')}`,
    'recovery_target_action=promote',
    'recovery_target_timeline=current',
  ];
  try {
    return await startServer({ ...setup, settings });
  } catch (error) {
    if (!String(error).includes(BEFORE_TARGET)) throw error;
    // Everything in the log belongs before that time, and the log does reach beyond it.
    return startServer(setup);
  }
}

async function setPassword(cluster: Cluster, socketFolder: string): Promise<void> {
  const client = new pg.Client(connectionOf(socketFolder, cluster.password, 'postgres'));
  await client.connect();
  try {
    // Base64url contains nothing to escape.
    await client.query(`alter role ${SUPERUSER} password '${cluster.password}'`);
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
