import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a contender gets: a database of its own, and where to send webhooks. */
export interface Surroundings {
  /** An empty database on a server that syncs each commit. */
  readonly databaseUrl: string;
  /** The shop's endpoint for webhooks. */
  readonly shop: URL;
  /** The numbers of the parcels to be registered. */
  readonly numbers: readonly string[];
  /** An empty folder. */
  readonly folder: string;
}

export interface Contender {
  readonly name: string;
  /** Resolves when it answers and all parcels are registered; a string: why it cannot be measured. */
  start(surroundings: Surroundings): Promise<RunningContender | string>;
}

export interface RunningContender {
  /** From the start of its first process to the first answer, with an empty database that is migrated. */
  readonly readyMs: number;
  /** Installed files, in MiB, without Node.js, Python and the database server; null: a script. */
  readonly installedMb: number | null;
  /** Processes whose memory counts, with their descendants. */
  readonly pids: readonly number[];
  /** Whether its database server is among their descendants; if not, the memory of the given one is added. */
  readonly ownsDatabase: boolean;
  /** Where pushes go, and the n-th one, about parcel n (from 0, modulo all); null: it takes none. */
  readonly pushes: { readonly url: URL; push(n: number, status: PushedStatus): Buffer } | null;
  /** Makes the carrier say so of parcel n when asked; null where it is pushed. */
  readonly carrierSays: ((n: number, status: PushedStatus) => void) | null;
  /** Whether its API says that parcel n is delivered; null: it keeps no status. */
  readonly isDelivered: ((n: number) => Promise<boolean>) | null;
  stop(): Promise<void>;
}

export type PushedStatus = 'in_transit' | 'delivered';

/** The size of a folder's files in MiB. */
export function folderMb(folder: string): number {
  let bytes = 0;
  const add = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const inside = join(path, entry.name);
      if (entry.isDirectory()) add(inside);
      else if (entry.isFile()) bytes += statSync(inside).size;
    }
  };
  if (existsSync(folder)) add(folder);
  return Math.round(bytes / 1_048_576);
}

/** A request as bytes on the wire. */
export function rawRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nhost: peer\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Resolves when the address answers with 2xx; rejects after two minutes. */
export async function untilAnswers(url: URL): Promise<void> {
  for (const endsAt = Date.now() + 120_000; Date.now() < endsAt; ) {
    const isUp = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no answer from ${url}`);
}
