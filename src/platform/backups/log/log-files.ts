import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type ObjectStore, readAll } from '../../objects/object-store.ts';
import { SEGMENT_BYTES } from './wal-names.ts';

/**
 * The database's log beside its backups, a file for each segment:
 *
 *     wal/LINE/000000010000000000000003-20261122T053000123Z.gz
 *
 * LINE is one life of a hub: after each restore another one begins, so that two that were restored from the
 * same backup never mix. The time says until when everything that was acknowledged is in it or before it.
 */
export interface LogFile {
  readonly key: string;
  readonly segment: string;
  readonly coversUntilMs: number;
}

const FOLDER = 'wal/';
const KEY = /^wal\/([^/]+)\/([0-9A-F]{24})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z\.gz$/;
const LEVEL = 1;
/** The end of a segment that was ended early is zeros; one of noise grows by some bytes. */
const STORED_BYTES_MAX = SEGMENT_BYTES + 65_536;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

export function logKey(line: string, segment: string, coversUntilMs: number): string {
  const time = new Date(coversUntilMs).toISOString().replaceAll(/[-:.]/g, '');
  return `${FOLDER}${line}/${segment}-${time}.gz`;
}

/** Those of a line in their order; each segment once. */
export async function logFiles(store: Pick<ObjectStore, 'list'>, line: string): Promise<LogFile[]> {
  const bySegment = new Map<string, LogFile>();
  for await (const { key } of store.list(`${FOLDER}${line}/`)) {
    const file = fileOf(key);
    if (file !== null) bySegment.set(file.segment, file);
  }
  return [...bySegment.values()];
}

/** The keys of all lines: to each its line and its segment. */
export async function* allLogFiles(
  store: Pick<ObjectStore, 'list'>,
): AsyncGenerator<LogFile & { readonly line: string }> {
  for await (const { key } of store.list(FOLDER)) {
    const file = fileOf(key);
    if (file !== null) yield { ...file, line: key.split('/')[1] ?? '' };
  }
}

export async function writeLogFile(
  store: Pick<ObjectStore, 'put'>,
  key: string,
  bytes: Uint8Array,
): Promise<void> {
  await store.put(key, await zip(bytes, { level: LEVEL }));
}

/** Throws a readable error when it is missing or damaged. */
export async function readLogFile(
  store: Pick<ObjectStore, 'read' | 'name'>,
  { key }: Pick<LogFile, 'key'>,
): Promise<Buffer> {
  const found = await store.read(key);
  if (found === null) throw new Error(`${key} is missing from ${store.name}`);
  const stored = await readAll(found.stream, STORED_BYTES_MAX);
  const bytes = await unzip(stored, { maxOutputLength: SEGMENT_BYTES }).catch(() => null);
  if (bytes?.length !== SEGMENT_BYTES) throw new Error(`${key} in ${store.name} is damaged`);
  return bytes;
}

function fileOf(key: string): LogFile | null {
  const [, , segment, ...time] = KEY.exec(key) ?? [];
  if (segment === undefined) return null;
  const [year, month, day, hour, minute, second, ms] = time.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return { key, segment, coversUntilMs: Date.UTC(year, month - 1, day, hour, minute, second, ms) };
}
