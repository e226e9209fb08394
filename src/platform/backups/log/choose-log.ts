import type { Manifest } from '../manifest.ts';
import { PlaceUnusable, type Repository } from '../repository.ts';
import { allLogFiles, type LogFile, segmentAfter } from './log-files.ts';

/** A backup that the log continues. */
export interface LogBase {
  readonly id: string;
  readonly line: string;
  /** The last segment of its log, which is part of the backup itself. */
  readonly segment: string;
  /** Only times after this can be restored with the log. */
  readonly endedAtMs: number;
}

/** Returns the base of a backup's log; null if no log was stored after that backup. */
export function logBaseOf({ id, database }: Pick<Manifest, 'id' | 'database'>): LogBase | null {
  if (database.kind !== 'embedded' || database.log === undefined) return null;
  const { line, stop_segment: segment, stopped_at: stopped } = database.log;
  return { id, line, segment, endedAtMs: Date.parse(stopped) };
}

/** Returns the segments that follow the backup without a gap. Pure. */
export function filesAfter(base: Pick<LogBase, 'segment'>, files: readonly LogFile[]): LogFile[] {
  const bySegment = new Map(files.map((file) => [file.segment, file]));
  const found: LogFile[] = [];
  let segment = segmentAfter(base.segment);
  for (let file = bySegment.get(segment); file !== undefined; file = bySegment.get(segment)) {
    found.push(file);
    segment = segmentAfter(segment);
  }
  return found;
}

/**
 * Returns the newest backup that ended before the instant. Throws a readable error if there is
 * none. Pure.
 */
export function baseFor(bases: readonly LogBase[], toMs: number, place: string): LogBase {
  const [first] = [...bases].sort((a, b) => a.endedAtMs - b.endedAtMs);
  if (first === undefined) {
    throw new PlaceUnusable(
      `${place} holds no log, so that only its backups can be restored (\`--backup\`, \`waybill backups\` lists them): it is kept there after \`waybill backup --point-in-time\`. Nothing was changed.`,
    );
  }
  const base = bases
    .filter(({ endedAtMs }) => endedAtMs < toMs)
    .sort((a, b) => b.endedAtMs - a.endedAtMs)[0];
  if (base !== undefined) return base;
  throw new PlaceUnusable(
    `${place} can be restored to any time after ${iso(first.endedAtMs)}, when the first backup with a log ended, and ${iso(toMs)} is not. Nothing was changed.`,
  );
}

/**
 * Returns the log files to replay after the backup to reach the instant: the last one ends after
 * it. Throws a readable error if the log ends earlier or has a gap. Pure.
 */
export function logUntil(
  base: LogBase,
  files: readonly LogFile[],
  toMs: number,
  place: string,
): LogFile[] {
  const whole = filesAfter(base, files);
  const last = whole.findIndex(({ coversUntilMs }) => coversUntilMs > toMs);
  if (last >= 0) return whole.slice(0, last + 1);
  const untilMs = whole.at(-1)?.coversUntilMs ?? base.endedAtMs;
  const isGap = files.some(({ segment }) => segment > (whole.at(-1)?.segment ?? base.segment));
  const why = isGap ? 'then something is missing' : 'it ends there';
  throw new PlaceUnusable(
    `The log in ${place} after the backup ${base.id} reaches until ${iso(untilMs)} (${why}), and ${iso(toMs)} is later: name a time before that, or restore a backup as it is. Nothing was changed.`,
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

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
  let removed = 0;
  for await (const { key, line, segment } of allLogFiles(store)) {
    const first = firstOf.get(line);
    if (first !== undefined && segment > first) continue;
    await store.remove(key);
    removed += 1;
  }
  return removed;
}
