import { gatherErasures } from './erasure-list.ts';
import { readList } from './file-list.ts';
import { pruneLog } from './log/prune-log.ts';
import type { Manifest } from './manifest.ts';
import type { Parts } from './parts.ts';
import type { Repository } from './repository.ts';

export interface Pruned {
  readonly backups: readonly string[];
  readonly parts: number;
}

/**
 * Removes backups that end before then (never the newest), the remains of interrupted ones, and the
 * parts that no backup needs any more. No other backup may run at the same time.
 */
export async function prune(
  repository: Repository,
  parts: Parts,
  newest: Manifest,
  beforeMs: number,
): Promise<Pruned> {
  const gone: string[] = [];
  const remaining: Manifest[] = [newest];
  for (const id of await repository.backups()) {
    if (id === newest.id) continue;
    const manifest = await repository.manifest(id);
    if (Date.parse(manifest.ended_at) < beforeMs) {
      await repository.forget(id);
      gone.push(id);
    } else remaining.push(manifest);
  }
  const oldestMs = Math.min(...remaining.map(({ began_at }) => Date.parse(began_at)));
  await gatherErasures(repository, oldestMs);
  await pruneLog(repository, remaining);
  const unfinished = (await repository.unfinished()).filter((id) => id !== newest.id);
  for (const id of unfinished) await repository.forget(id);
  if (gone.length + unfinished.length === 0) return { backups: gone, parts: 0 };
  return { backups: gone, parts: await removeUnneeded(repository, parts, remaining) };
}

async function removeUnneeded(
  repository: Repository,
  parts: Parts,
  remaining: readonly Manifest[],
): Promise<number> {
  const needed = new Set<string>();
  for (const { database, objects } of remaining) {
    const lists = database.kind === 'embedded' ? [database.files, objects] : [objects];
    for (const list of lists) {
      for await (const entry of readList(repository.store, list)) {
        for (const name of entry.parts) needed.add(name);
      }
    }
  }
  let gone = 0;
  for (const name of parts.names()) {
    if (needed.has(name)) continue;
    await parts.remove(name);
    gone += 1;
  }
  return gone;
}
