import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres, urlOfRunningServer } from '../postgres/embedded-postgres.ts';
import { openDataFolder } from '../process/data-folder.ts';
import { FolderBusy } from '../process/folder-lock.ts';

/** The settings that say where the database is; `Config` has both. */
export interface DatabasePlace {
  readonly databaseUrl: string | null;
  readonly data: string;
}

/** A hub that has just locked the folder needs a moment until its server has a socket. */
const SOCKET_MS_MAX = 15_000;
const CHECK_EVERY_MS = 100;

/**
 * Gives `work` the database: the external one, the embedded one of the hub that runs on the data
 * folder, or, if none runs, the embedded one started for as long as `work` takes.
 */
export async function withDatabaseUrl<T>(
  { databaseUrl, data }: DatabasePlace,
  work: (url: string) => Promise<T>,
): Promise<T> {
  if (databaseUrl !== null) return work(databaseUrl);
  const folder = await openDataFolder(data).catch((error: unknown) => {
    if (error instanceof FolderBusy) return null;
    throw error;
  });
  if (folder === null) return work(await runningUrl(data));
  try {
    const server = await startEmbeddedPostgres({ data: folder.path });
    try {
      return await work(server.url);
    } finally {
      await server.stop();
    }
  } finally {
    folder.release();
  }
}

async function runningUrl(data: string): Promise<string> {
  const deadline = performance.now() + SOCKET_MS_MAX;
  for (;;) {
    const url = urlOfRunningServer(data);
    if (url !== null) return url;
    if (performance.now() > deadline) {
      throw new Error(
        `A hub holds ${data}, but its database has no socket. If that hub uses another database, ` +
          'give this command the same DATABASE_URL; otherwise see its log.',
      );
    }
    await sleep(CHECK_EVERY_MS);
  }
}
