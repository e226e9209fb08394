import { z } from 'zod';
import { readAll } from '../objects/object-store.ts';
import { PlaceUnusable, type Repository } from './repository.ts';

/**
 * The list of erased data, one JSON object per line, next to the backups that may still contain it:
 * a restore erases it again. Each addition is a file of its own below `erasures/`, so that none is
 * ever half written; a backup merges them into `erasures.jsonl`.
 */
interface Erased {
  readonly id: string;
  readonly erasedAtMs: number;
}

const GATHERED = 'erasures.jsonl';
const ADDED = 'erasures/';
/** A line has 90 bytes; a large hub's daily clean-up erases a hundred thousand parcels. */
const LIST_BYTES_MAX = 1_073_741_824;
/**
 * The clocks of two machines may differ, so an erasure is retained until it is certainly older than
 * a backup.
 */
const LEEWAY_MS = 86_400_000;

const LINE = z.object({ id: z.uuid(), erased_at: z.iso.datetime() });

/**
 * Adds erasures to the list. Throws `PlaceUnusable` if there is no repository: nothing must be
 * written into the mount point of an unmounted disk.
 */
export async function addErasures(
  { place, store }: Pick<Repository, 'place' | 'store'>,
  erased: readonly Erased[],
  name: string,
): Promise<void> {
  if ((await store.stat('repository.json')) === null) {
    throw new PlaceUnusable(`${place} holds no backups any more`);
  }
  await store.put(`${ADDED}${name}.jsonl`, textOf(erased));
}

/** Reads all listed erasures, in no order; some may occur twice. */
export async function readErasures(repository: Pick<Repository, 'store'>): Promise<Erased[]> {
  return (await readAllOf(repository)).erased;
}

/** Merges all lists into one; erasures from before the oldest backup are dropped. */
export async function gatherErasures(
  repository: Pick<Repository, 'store'>,
  oldestBackupMs: number,
): Promise<void> {
  const { erased, added } = await readAllOf(repository);
  if (added.length === 0) return;
  const byId = new Map(
    erased
      .filter(({ erasedAtMs }) => erasedAtMs > oldestBackupMs - LEEWAY_MS)
      .map((each) => [each.id, each]),
  );
  await repository.store.put(GATHERED, textOf([...byId.values()]));
  for (const key of added) await repository.store.remove(key);
}

/** Reads all erasures, and the keys of the files added since the last merge. */
async function readAllOf({ store }: Pick<Repository, 'store'>) {
  const added: string[] = [];
  for await (const { key } of store.list(ADDED)) added.push(key);
  const erased: Erased[] = [];
  for (const key of [GATHERED, ...added]) {
    const found = await store.read(key);
    if (found === null) continue;
    const text = (await readAll(found.stream, LIST_BYTES_MAX)).toString('utf8');
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const { id, erased_at } = lineOf(line, `${key} in ${store.name}`);
      erased.push({ id, erasedAtMs: Date.parse(erased_at) });
    }
  }
  return { erased, added };
}

function lineOf(line: string, where: string): z.infer<typeof LINE> {
  try {
    return LINE.parse(JSON.parse(line));
  } catch {
    // Skipping such a line could restore the data of somebody who was erased.
    throw new Error(`${where} has a line that is not an erasure: ${line.slice(0, 100)}`);
  }
}

function textOf(erased: readonly Erased[]): Buffer {
  const lines = erased.map(({ id, erasedAtMs }) =>
    JSON.stringify({ id, erased_at: new Date(erasedAtMs).toISOString() }),
  );
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}
