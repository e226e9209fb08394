import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../../../../platform/clock.ts';

/**
 * The embedded outbox: messages as files, `.eml` for mail and `.json` for everything else. A file
 * is either complete or absent, and a notification always has the same file, however often it is
 * written.
 */
export interface Mailbox {
  readonly folder: string;
  put(entry: MailboxEntry): Promise<void>;
  /** Erases the files about a shipment; returns how many there were. */
  eraseShipment(shipmentId: string): Promise<number>;
}

interface MailboxEntry {
  readonly notificationId: string;
  readonly shipmentId: string;
  readonly extension: 'eml' | 'json';
  readonly bytes: Uint8Array;
}

/**
 * The maximum number of files: a sandbox that runs for months must not fill a disk, and nobody
 * reads further back. The oldest are removed first.
 */
const FILES_MAX = 20_000;
/**
 * The number of writes between two cleanups. Listing the folder is expensive, and this many files
 * above the limit do no harm.
 */
const PRUNE_EVERY = 500;
const READABLE_BY_OWNER = 0o600;

const FILE = /^([0-9a-f-]{36})\.([0-9a-f-]{36})\.(eml|json)$/;
/** The name of a file that is being written, or was when its writer was killed. */
const PARTIAL_FILE = /^\.[0-9a-f-]{36}\.([0-9a-f-]{36})\.(?:eml|json)\.half$/;
/** The age from which a partial file is removed, longer than writing a few kilobytes ever takes. */
const PARTIAL_RETENTION_MS = 3_600_000;

/** Opens the mailbox in a folder, which is created with the first message. */
export function openMailbox(folder: string): Mailbox {
  let written = 0;

  async function listNames(): Promise<string[]> {
    try {
      return await readdir(folder);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async function prune(): Promise<void> {
    // Ids of notifications begin with the time, so sorting the names sorts the messages by time.
    const found = await listNames();
    const all = found.filter((name) => FILE.test(name)).sort();
    for (const name of all.slice(0, Math.max(0, all.length - FILES_MAX))) {
      await rm(path.join(folder, name), { force: true });
    }
    for (const name of found.filter((each) => PARTIAL_FILE.test(each)))
      await removeOldPartial(name);
  }

  /** Removes a partial file whose writer must have been killed. */
  async function removeOldPartial(name: string): Promise<void> {
    const file = path.join(folder, name);
    try {
      // The file's time comes from the machine's clock, so compare it with that one.
      if ((await stat(file)).mtimeMs < systemClock.nowMs() - PARTIAL_RETENTION_MS)
        await rm(file, { force: true });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  return {
    folder,
    async put(entry) {
      await mkdir(folder, { recursive: true });
      const name = nameOf(entry);
      const half = path.join(folder, `.${name}.half`);
      const file = await open(half, 'w', READABLE_BY_OWNER);
      try {
        await file.writeFile(entry.bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(half, path.join(folder, name));
      if (written % PRUNE_EVERY === 0) await prune();
      written += 1;
    },
    async eraseShipment(shipmentId) {
      const ownFiles = (await listNames()).filter(
        (name) => (FILE.exec(name)?.[2] ?? PARTIAL_FILE.exec(name)?.[1]) === shipmentId,
      );
      for (const name of ownFiles) await rm(path.join(folder, name), { force: true });
      return ownFiles.length;
    },
  };
}

function nameOf({ notificationId, shipmentId, extension }: MailboxEntry): string {
  const name = `${notificationId}.${shipmentId}.${extension}`.toLowerCase();
  if (!FILE.test(name)) throw new Error('a message needs the ids of a notification and a shipment');
  return name;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
