import { createHash } from 'node:crypto';
import { setImmediate as letOthersRun } from 'node:timers/promises';
import { uuidV7 } from '../../kernel/ids.ts';
import type { RandomBytes, Wait } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/database/database.ts';
import { errorText } from '../../platform/messages/error-text.ts';
import {
  ObjectChanged,
  type ObjectReading,
  type ObjectStore,
  ObjectStoreUnavailable,
  readAll,
} from '../../platform/objects/object-store.ts';
import type { Inbox } from '../inbox.ts';
import type { ScanFault } from '../scans/scan.ts';
import type { PreparedScans, ScanIntake } from '../scans/take-scans.ts';
import type { DropCounts, DropDialect, HeldDrop } from './drop.ts';
import type { MerchantFolders } from './drop-place.ts';
import {
  adoptDrop,
  advanceDrop,
  beginDrop,
  type DropIdentity,
  extendDropLease,
  forgetDrop,
  LeaseLost,
  putOff,
  readyToFile,
  sameContent,
  wasFinished,
} from './drops.sql.ts';
import { addRejects, type RejectedRow } from './drops-read.sql.ts';
import { chooseFiledName, endDrop, type FileAwayDeps, fileAway } from './file-away.ts';
import {
  type FileBatch,
  type FileReader,
  type OpenedFile,
  type OrderFiles,
  orderReader,
  scanReader,
} from './file-readers.ts';
import { COLUMNS_FILE, type FileRules, readColumnsFile, rulesFor } from './reading/columns-file.ts';
import { FileUnreadable } from './reading/decode-text.ts';

export interface WorkDropDeps extends FileAwayDeps {
  readonly merchants: MerchantFolders;
  readonly intake: Pick<ScanIntake, 'prepare'>;
  /** Absent: no shop takes files. */
  readonly orders?: OrderFiles;
  readonly inbox: Pick<Inbox, 'storeWithin' | 'announce'>;
  readonly randomBytes: RandomBytes;
  readonly wait: Wait;
  /**
   * Returns whether scans that were sent singly wait to be processed; a file is delayed for them.
   */
  readonly isPressed: () => Promise<boolean>;
  /** Called with the results of rows once they are on disk. */
  readonly count: (counts: DropCounts) => void;
  readonly stopping: () => boolean;
  /** Rows of one batch; the default suits a real file. */
  readonly batchRows?: number;
}

/** How long a drop is leased; the lease is renewed with each batch. */
export const LEASE_MS = 30_000;
const LEASE_RENEWED_EVERY_MS = 10_000;
/**
 * Rows per batch: five inbound messages, about 30 ms of work between two turns of all other work.
 */
const BATCH_ROWS = 1_000;
/**
 * The first rows of a file, which are processed like any scan; the rest of a larger file waits
 * behind single scans.
 */
const PROMPT_ROWS = 2_000;
const COLUMNS_BYTES_MAX = 65_536;
const RETRY_MS = 5_000;
const DUPLICATE_RETRY_MS = 2_000;
/** Longest delay of a batch for single scans, so that a file is read whatever else arrives. */
const PRESSED_MS_MAX = 200;
const PRESSED_STEP_MS = 50;

/** A drop that this process has leased. */
interface Work {
  readonly deps: WorkDropDeps;
  readonly store: ObjectStore;
  readonly drop: HeldDrop;
  /** The tenant's folder, with `/` at the end. */
  readonly folder: string;
  /** The number of rows that are on disk. */
  rows: number;
}

/**
 * Processes a leased drop: reads it to identify its content, stores its rows one batch at a time,
 * and files it. When a process is killed, the row records its progress. Rejects only if the
 * database fails; then the lease expires and another process continues.
 */
export async function workDrop(
  deps: WorkDropDeps,
  store: ObjectStore,
  drop: HeldDrop,
): Promise<void> {
  const folder = await deps.merchants.folderOf(drop.tenant);
  if (folder === null) return;
  const work: Work = { deps, store, drop, folder, rows: drop.rows };
  try {
    await readAndFile(work);
  } catch (error) {
    if (error instanceof LeaseLost) return;
    if (error instanceof ObjectChanged) {
      await unlessLost(endMissing(work, 'It was replaced while it was read.'));
    } else if (isStoreError(error)) {
      const dueMs = deps.clock.nowMs() + RETRY_MS;
      await unlessLost(putOff(deps.db.pipeline, drop, { dueMs, problem: error.message }));
    } else throw error;
  }
}

/**
 * Whether the error is a temporary one of the store: it does not answer, the disk is full, or a
 * file may not be read.
 */
function isStoreError(error: unknown): error is Error {
  if (error instanceof ObjectStoreUnavailable) return true;
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

async function unlessLost(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof LeaseLost)) throw error;
  });
}

/** Reads a drop to its end and files it; continues where a killed process stopped. */
async function readAndFile(work: Work): Promise<void> {
  const { deps, store, drop, folder } = work;
  if (drop.state === 'filing') return fileAndEnd(work, drop);
  const reader = await readerOf(work);
  if (reader === null) return;
  if (reader instanceof FileUnreadable) return fileRead(work, reader);
  const first = await store.read(folder + drop.name);
  if (first === null) return endMissing(work, 'It was removed before it was read to the end.');
  const identity = { contentHash: await hashContent(work, first), rulesHash: hashOfRules(reader) };
  const { pipeline } = deps.db;
  const about = { facilityCode: reader.facility, nowMs: deps.clock.nowMs() };
  if (!(await beginDrop(pipeline, drop, identity, about))) return handleDuplicate(work, identity);
  const second = await store.read(folder + drop.name);
  if (second === null) return endMissing(work, 'It was removed before it was read to the end.');
  const end = await readThrough(work, second, reader, identity);
  if (end === 'stopped') {
    return putOff(pipeline, drop, { dueMs: deps.clock.nowMs(), problem: null });
  }
  await fileRead(work, end);
}

/** Files a drop that was read to its end, or that cannot be read. */
async function fileRead(work: Work, end: 'read' | FileUnreadable): Promise<void> {
  const { deps, store, drop, folder } = work;
  const unreadable = end !== 'read';
  const filedName = await chooseFiledName(deps, store, folder, drop, unreadable);
  const problem = unreadable ? end.sentence : null;
  const filed = { filedName, unreadable, problem };
  await fileAndEnd(work, await readyToFile(deps.db.pipeline, drop, filed));
}

/** A file of orders, in the folder of a shop. */
const ORDER_FILE = /^shops\/([^/]+)\//;

/** Returns what reads the file; null if the drop waits until that is known. */
async function readerOf(work: Work): Promise<FileReader | FileUnreadable | null> {
  const { deps, drop } = work;
  const [, shopId] = ORDER_FILE.exec(drop.name) ?? [];
  if (shopId !== undefined) {
    const orders = (await deps.orders?.of(drop.tenant, shopId)) ?? null;
    if (orders !== null) return orderReader(orders);
    return new FileUnreadable(
      `No shop with the id ${shopId} takes files.`,
      'Name the folder for the id of a connection of the platform generic, and drop the file again.',
    );
  }
  const rules = await rulesOf(work);
  const rowsAtOnce = deps.batchRows ?? BATCH_ROWS;
  return rules && scanReader(deps.intake, drop.tenant, { rules, rowsAtOnce });
}

/**
 * Returns the rules for the file; null if they are wrong: then the drop waits until they are
 * corrected.
 */
async function rulesOf({ deps, store, drop, folder }: Work): Promise<FileRules | null> {
  const key = folder + COLUMNS_FILE;
  const found = await store.read(key);
  try {
    const bytes = found === null ? null : await readColumns(key, found);
    return rulesFor(readColumnsFile(bytes?.toString('utf8') ?? '', key), drop.name);
  } catch (error) {
    const dueMs = deps.clock.nowMs() + RETRY_MS;
    await putOff(deps.db.pipeline, drop, { dueMs, problem: (error as Error).message });
    return null;
  }
}

async function readColumns(key: string, { stream }: ObjectReading): Promise<Buffer> {
  return readAll(stream, COLUMNS_BYTES_MAX).catch((error: unknown) => {
    throw error instanceof RangeError ? new Error(`${key}: ${error.message}`) : error;
  });
}

/** Reads the whole file and returns its SHA-256; renews the lease meanwhile. */
async function hashContent(work: Work, reading: ObjectReading): Promise<Uint8Array> {
  const hash = createHash('sha256');
  const renewLeaseIfDue = leaseRenewer(work);
  for await (const chunk of streamOfLeasedVersion(work, reading)) {
    hash.update(chunk);
    await renewLeaseIfDue();
  }
  return hash.digest();
}

function hashOfRules({ rules }: FileReader): Uint8Array {
  return createHash('sha256').update(JSON.stringify(rules)).digest();
}

/** Returns a function that extends the lease when that is due. */
function leaseRenewer({ deps, drop }: Work): () => Promise<void> {
  let renewedAtMs = deps.clock.nowMs();
  return async () => {
    const nowMs = deps.clock.nowMs();
    if (nowMs - renewedAtMs < LEASE_RENEWED_EVERY_MS) return;
    renewedAtMs = nowMs;
    await extendDropLease(deps.db.pipeline, drop, nowMs + LEASE_MS);
  };
}

/**
 * Returns the stream; throws `ObjectChanged` if the file is no longer the version that was leased.
 */
function streamOfLeasedVersion(
  { drop }: Work,
  { info, stream }: ObjectReading,
): AsyncIterable<Uint8Array> {
  if (info.version === drop.version) return stream;
  throw new ObjectChanged(`${info.key} is another file by now`);
}

/**
 * Handles a drop whose bytes already belong to another drop: files it as the same if that one is
 * done, takes over that one's progress if its file is missing, otherwise tries again later.
 */
async function handleDuplicate(work: Work, identity: DropIdentity): Promise<void> {
  const { deps, store, drop, folder } = work;
  const { pipeline } = deps.db;
  const nowMs = deps.clock.nowMs();
  const same = await sameContent(pipeline, drop.tenant, identity);
  if (same?.state === 'done') {
    const filedName = await chooseFiledName(deps, store, folder, drop, false);
    return fileAndEnd(work, await readyToFile(pipeline, drop, { filedName, sameAs: same.id }));
  }
  const isOtherFileMissing =
    same !== null &&
    same.state !== 'filing' &&
    (same.state === 'vanished' ||
      (same.place === store.name &&
        (await store.stat(folder + same.name))?.version !== same.version));
  if (isOtherFileMissing)
    return withTransaction(pipeline, (tx) => adoptDrop(tx, same, drop, nowMs));
  // Both files are there, and the other is being read.
  await putOff(pipeline, drop, { dueMs: nowMs + DUPLICATE_RETRY_MS, problem: null });
}

/**
 * Reads the rows. Returns `read` at the end, `stopped` if this process is to stop, or a
 * `FileUnreadable` if the remaining rows cannot be read.
 */
async function readThrough(
  work: Work,
  reading: ObjectReading,
  reader: FileReader,
  { contentHash }: DropIdentity,
): Promise<'read' | 'stopped' | FileUnreadable> {
  const { deps, drop } = work;
  const hash = createHash('sha256');
  let readBytes = 0;
  async function* readAndHash(): AsyncGenerator<Uint8Array> {
    for await (const chunk of streamOfLeasedVersion(work, reading)) {
      readBytes += chunk.length;
      hash.update(chunk);
      yield chunk;
    }
  }
  const renewLeaseIfDue = leaseRenewer(work);
  // The next batch is read while this one is written to disk.
  let onDisk: Promise<void> = Promise.resolve();
  try {
    const writtenAtMs = Math.min(reading.info.modifiedAtMs, deps.clock.nowMs());
    const opened = await reader.open(readAndHash(), { skip: drop.rows, writtenAtMs });
    let firstRow = drop.rows;
    for await (const { rows: batch, prepare } of opened.batches) {
      await waitForSingleScans(deps);
      const prepared = prepare();
      await onDisk;
      await renewLeaseIfDue();
      onDisk = storeBatch(work, opened, { batch, prepared, firstRow, readBytes });
      // A failure is thrown where the promise is awaited.
      onDisk.catch(() => undefined);
      firstRow += batch.length;
      await letOthersRun();
      if (deps.stopping()) {
        await onDisk;
        return 'stopped';
      }
    }
    await onDisk;
  } catch (error) {
    await onDisk;
    if (error instanceof FileUnreadable) return error;
    throw error;
  }
  if (hash.digest().equals(contentHash)) return 'read';
  throw new ObjectChanged(`${drop.name} is another file by now`);
}

/** Waits while single scans are waiting, at most `PRESSED_MS_MAX`. */
async function waitForSingleScans({ isPressed, wait }: WorkDropDeps): Promise<void> {
  for (let waitedMs = 0; waitedMs < PRESSED_MS_MAX; waitedMs += PRESSED_STEP_MS) {
    if (!(await isPressed())) return;
    await wait(PRESSED_STEP_MS);
  }
}

interface Batch {
  readonly batch: FileBatch['rows'];
  readonly prepared: PreparedScans;
  readonly firstRow: number;
  readonly readBytes: number;
}

/**
 * Stores a batch: progress, inbound messages and rejected rows are committed together or not at
 * all.
 */
async function storeBatch(
  work: Work,
  { separator, header, ignored }: OpenedFile,
  { batch, prepared, firstRow, readBytes }: Batch,
): Promise<void> {
  const { deps, drop } = work;
  const counts = countsOf(prepared);
  const dialect: DropDialect = { separator, header };
  const bulk = firstRow >= PROMPT_ROWS;
  const id = uuidV7(deps.clock.nowMs(), deps.randomBytes(10));
  await withTransaction(deps.db.pipeline, async (tx) => {
    await advanceDrop(tx, drop, counts, {
      readBytes,
      dialect,
      ignored,
      untilMs: deps.clock.nowMs() + LEASE_MS,
    });
    await deps.inbox.storeWithin(
      tx,
      prepared.inboundMessages.map((inboundMessage) => ({ ...inboundMessage, bulk })),
    );
    await addRejects(tx, deps.sealer, drop, { id, firstRow, rows: rejectsOf(batch, prepared) });
  });
  work.rows = firstRow + batch.length;
  deps.inbox.announce();
  prepared.countStored();
  deps.count(counts);
}

function countsOf({ results }: PreparedScans): DropCounts {
  const counts = { rows: results.length, accepted: 0, duplicates: 0, rejected: 0 };
  for (const { outcome } of results) {
    if (outcome === 'accepted') counts.accepted += 1;
    else if (outcome === 'duplicate') counts.duplicates += 1;
    else counts.rejected += 1;
  }
  return counts;
}

function rejectsOf(batch: FileBatch['rows'], { results }: PreparedScans): readonly RejectedRow[] {
  return batch.flatMap(({ line, fields }, index) => {
    const result = results[index];
    if (result?.outcome !== 'rejected') return [];
    return [{ line, fields, reason: reasonOf(result.error) }];
  });
}

/**
 * Returns the reason for a rejected row, such as `scanned_at: It is no date with a time. Send ISO
 * 8601, …`
 */
function reasonOf({ pointer, reason, fix }: ScanFault): string {
  const member = pointer.replace(/^\//, '');
  return `${member === '' ? '' : `${member}: `}${errorText(reason)} ${errorText(fix)}`;
}

async function fileAndEnd({ deps, store: place, folder }: Work, drop: HeldDrop): Promise<void> {
  const { filedName } = drop;
  if (filedName === null) throw new Error(`drop ${drop.id} has no name to be filed under`);
  await fileAway(deps, place, folder, { ...drop, filedName });
}

/** Ends a drop whose file is missing or was replaced; deletes its row if it was recorded twice. */
async function endMissing({ deps, store: place, drop, folder, rows }: Work, problem: string) {
  const { pipeline } = deps.db;
  const now = await place.stat(folder + drop.name);
  // It was filed a moment before it was recorded again; or it has grown, and was recorded with its
  // new content.
  const isRecordedTwice = (await wasFinished(pipeline, drop)) || (now !== null && rows === 0);
  if (isRecordedTwice) return forgetDrop(pipeline, drop);
  await endDrop(deps, drop, { state: 'vanished', problem });
}
