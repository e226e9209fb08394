import { Problem } from '../../../kernel/errors.ts';
import { runInThread } from '../../../platform/process/thread.ts';
import { type FileTask, type ReadFile, type ShipmentFile, tryParse } from './parse-file.ts';

/**
 * Larger files are read in a thread; a smaller one takes some milliseconds, and a thread a few
 * hundred.
 */
const READ_HERE_BYTES_MAX = 262_144;
/** Files waiting for the one thread; each is in memory and takes a second at worst. */
const WAITING_MAX = 10;
const RETRY_AFTER_S = 5;

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/**
 * Reads a CSV file of shipments. Throws `Problem` for an unreadable file, and when too many large
 * files wait.
 *
 * @param named the members of the file's columns, by column name.
 */
export async function readShipmentFile(
  bytes: Uint8Array,
  named: FileTask['named'],
): Promise<ShipmentFile> {
  const task = { bytes, named };
  const read = await (bytes.length > READ_HERE_BYTES_MAX ? readInThread(task) : tryParse(task));
  if (read.kind === 'read') return read.file;
  throw new Problem('invalid', read.detail, { errors: read.errors });
}

/** One file after another: several threads would take the cores that answer requests. */
async function readInThread(task: FileTask): Promise<ReadFile> {
  if (waiting >= WAITING_MAX) {
    throw new Problem('rate_limited', 'imports.tooManyLargeFiles', {
      retryAfterS: RETRY_AFTER_S,
    });
  }
  waiting += 1;
  const file = new URL('./read-file-thread.ts', import.meta.url);
  const read = last.then(() => runInThread(file, task) as Promise<ReadFile>);
  last = read.catch(() => {});
  try {
    return await read;
  } finally {
    waiting -= 1;
  }
}
