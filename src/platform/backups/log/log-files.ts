import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type ObjectStore, readAll } from '../../objects/object-store.ts';

/** The size of the server's log segments; initdb is given no other. */
export const SEGMENT_BYTES = 16 * 1_048_576;
const SEGMENTS_PER_GROUP = 0x1_0000_0000 / SEGMENT_BYTES;

/** Reads a position in the log as a number of bytes; PostgreSQL writes it `16/B374D848`. */
export function lsnOf(text: string): bigint {
  const found = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  if (found === null) throw new Error(`${text} is not a position in the log`);
  const [high, low] = found.slice(1, 3).map((hex) => BigInt(`0x${hex}`)) as [bigint, bigint];
  return high * 0x1_0000_0000n + low;
}

/** The name of the segment that contains the byte, such as `000000010000000000000003`. */
export function segmentAt(timeline: number, lsn: bigint): string {
  const index = Number(lsn / BigInt(SEGMENT_BYTES));
  const parts = [timeline, Math.floor(index / SEGMENTS_PER_GROUP), index % SEGMENTS_PER_GROUP];
  return parts.map((part) => part.toString(16).toUpperCase().padStart(8, '0')).join('');
}

/** The position of the segment's first byte, as PostgreSQL writes it. */
export function startOf(segment: string): string {
  const index = numberOf(segment);
  const low = (index % SEGMENTS_PER_GROUP) * SEGMENT_BYTES;
  return `${hex(Math.floor(index / SEGMENTS_PER_GROUP))}/${hex(low)}`;
}

export function segmentAfter(segment: string): string {
  const next = BigInt(numberOf(segment) + 1) * BigInt(SEGMENT_BYTES);
  return segmentAt(Number.parseInt(segment.slice(0, 8), 16), next);
}

function numberOf(segment: string): number {
  const [group, within] = [segment.slice(8, 16), segment.slice(16)].map((part) =>
    Number.parseInt(part, 16),
  ) as [number, number];
  return group * SEGMENTS_PER_GROUP + within;
}

function hex(value: number): string {
  return value.toString(16).toUpperCase();
}

/**
 * The database's log next to its backups, one file per segment:
 *
 *     wal/LINE/000000010000000000000003-20261122T053000123Z.gz
 *
 * A hub begins a new LINE with each restore, so that the logs of two hubs restored from the same
 * backup never mix. All that was committed before the time in the name is in the segment or an
 * earlier one.
 */
export interface LogFile {
  readonly key: string;
  readonly segment: string;
  readonly coversUntilMs: number;
}

const FOLDER = 'wal/';
const KEY = /^wal\/([^/]+)\/([0-9A-F]{24})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z\.gz$/;
const LEVEL = 1;
/** The largest stored segment: one of random bytes grows slightly when compressed. */
const STORED_BYTES_MAX = SEGMENT_BYTES + 65_536;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

export function logKey(line: string, segment: string, coversUntilMs: number): string {
  const time = new Date(coversUntilMs).toISOString().replaceAll(/[-:.]/g, '');
  return `${FOLDER}${line}/${segment}-${time}.gz`;
}

/** Returns the log files of a line in order; each segment once. */
export async function logFiles(store: Pick<ObjectStore, 'list'>, line: string): Promise<LogFile[]> {
  const bySegment = new Map<string, LogFile>();
  for await (const { key } of store.list(`${FOLDER}${line}/`)) {
    const file = fileOf(key);
    if (file !== null) bySegment.set(file.segment, file);
  }
  return [...bySegment.values()];
}

/** Yields the log files of all lines. */
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

/** Reads a segment. Throws a readable error if it is missing or damaged. */
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
