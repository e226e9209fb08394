import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Queryable } from '../../database/database.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import { latestRestore } from '../restores.sql.ts';
import {
  logKey,
  SEGMENT_BYTES,
  segmentAfter,
  segmentAt,
  startOf,
  writeLogFile,
} from './log-files.ts';
import { advanceSlot, isBeyond, type LogSlot } from './log-slot.sql.ts';

interface ShipDeps {
  /** A superuser's connection to the embedded server. */
  readonly db: Queryable;
  /** The folder of that server. */
  readonly cluster: string;
  readonly store: Pick<ObjectStore, 'put' | 'stat'>;
  readonly isStopping?: () => boolean;
}

/**
 * Stores the complete segments that the place does not have yet, in order, and lets the server
 * release each once it is stored. If the process is killed in between, a segment is stored again
 * under the same name. Returns how many were stored.
 */
export async function shipLog(deps: ShipDeps, { slot, timeline, from, to }: LogSlot) {
  if (from === null) throw new Error('the database has given up the log for it');
  const { db, isStopping = () => false } = deps;
  const line = await logLine(db);
  const end = segmentAt(timeline, to);
  let shipped = 0;
  for (let segment = segmentAt(timeline, from); segment < end; segment = segmentAfter(segment)) {
    if (isStopping()) break;
    const next = startOf(segmentAfter(segment));
    try {
      await shipSegment(deps, line, segment);
    } catch (error) {
      // Once another process has stored the segment, the server may have reused its file.
      if (await isBeyond(db, slot, next)) continue;
      throw error;
    }
    await advanceSlot(db, slot, next);
    shipped += 1;
  }
  return shipped;
}

async function shipSegment(
  { cluster, store }: ShipDeps,
  line: string,
  segment: string,
): Promise<void> {
  const file = path.join(cluster, 'pg_wal', segment);
  // A complete segment is no longer written, so its modification time bounds all its contents.
  const { mtimeMs } = await stat(file);
  const key = logKey(line, segment, Math.floor(mtimeMs));
  if ((await store.stat(key)) !== null) return;
  const bytes = await readFile(file);
  if (bytes.length !== SEGMENT_BYTES) throw new Error(`${segment} is not as long as it should be`);
  await writeLogFile(store, key, bytes);
}

/** The name of the hub's log line, which is that of its latest restore. */
export async function logLine(db: Queryable): Promise<string> {
  return (await latestRestore(db))?.id ?? 'first';
}
