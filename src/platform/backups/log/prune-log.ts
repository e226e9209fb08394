import type { Manifest } from '../manifest.ts';
import type { Repository } from '../repository.ts';
import { logBaseOf } from './choose-log.ts';
import { allLogFiles } from './log-files.ts';

/** Removes the log that no backup needs any more. Returns the number of files. */
export async function pruneLog(
  { store }: Pick<Repository, 'store'>,
  backups: readonly Manifest[],
): Promise<number> {
  const firstOf = new Map<string, string>();
  for (const manifest of backups) {
    const base = logBaseOf(manifest);
    if (base === null) continue;
    const first = firstOf.get(base.line);
    if (first === undefined || base.segment < first) firstOf.set(base.line, base.segment);
  }
  let gone = 0;
  for await (const { key, line, segment } of allLogFiles(store)) {
    const first = firstOf.get(line);
    if (first !== undefined && segment > first) continue;
    await store.remove(key);
    gone += 1;
  }
  return gone;
}
