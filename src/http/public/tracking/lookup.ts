import type { PublicTrackRow } from '../../../tracking/ports/public-tracks.ts';

/** Finds the public view of parcels, in batches. */
export interface Lookup {
  /**
   * The public answers for a number as people type it, one for each carrier that has it; empty when
   * nobody tracks it. Never cached here, so a new report is visible at once; shared caches in front
   * of the hub apply their own lifetime.
   */
  find(number: string): Promise<readonly PublicTrackRow[]>;
}

/**
 * Runs one query for all these numbers. Calls back with each row as it arrives, rows of one number
 * together, and resolves after the last.
 */
export type EachTrack = (
  numbers: readonly string[],
  onRow: (row: PublicTrackRow) => void,
) => Promise<void>;

interface LookupOptions {
  readonly each: EachTrack;
  /** How the carriers would store that number (`normalize` of each), without repetition. */
  readonly spellings: (number: string) => readonly string[];
  /** Maximum lookups in one query. */
  readonly batchMax?: number;
  /** Minimum lookups to start a query beside one that is still quick. */
  readonly besideMin?: number;
  /** Maximum concurrent queries. */
  readonly batchesAtOnceMax?: number;
}

/** Longer than any carrier's number; checked before spending any work on the input. */
const NUMBER_CHARS_MAX = 64;
const BATCH_MAX = 200;
/**
 * While one batch is being read, the next one is gathered; a higher limit only makes batches
 * smaller.
 */
const BATCHES_AT_ONCE_MAX = 2;
/**
 * With fewer lookups, a separate query costs more than waiting for the running one. With no
 * concurrent query at all, the hub and the database would take turns waiting for each other
 * (docs/benchmarks.md, lookup).
 */
const BESIDE_MIN = 24;
/**
 * A batch that takes longer is probably waiting for the disk, so later lookups start their own
 * query.
 */
const PATIENCE_MS = 3;

const CONTROL = /\p{Cc}/u;
const NONE: readonly PublicTrackRow[] = [];
const NO_WAITING: readonly Waiting[] = [];

interface Waiting {
  readonly numbers: readonly string[];
  readonly resolve: (rows: readonly PublicTrackRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lookups from the same turn of the event loop, or made while all queries are busy, share one
 * query: a round trip costs many times what a row costs, and batches grow under load.
 */
export function createLookup(options: LookupOptions): Lookup {
  const { each, spellings } = options;
  const batchMax = options.batchMax ?? BATCH_MAX;
  const besideMin = Math.min(options.besideMin ?? BESIDE_MIN, batchMax);
  const atOnceMax = options.batchesAtOnceMax ?? BATCHES_AT_ONCE_MAX;
  let gathering: Waiting[] = [];
  let running = 0;
  let slow = 0;
  let scheduled = false;

  /** A further concurrent batch pays off when it is big, or when the running ones are slow. */
  function mayStart(): boolean {
    if (gathering.length === 0 || running >= atOnceMax) return false;
    return running === slow || gathering.length >= besideMin;
  }

  function flush(): void {
    scheduled = false;
    while (mayStart()) {
      const batch = gathering.length <= batchMax ? gathering : gathering.slice(0, batchMax);
      gathering = gathering.length <= batchMax ? [] : gathering.slice(batchMax);
      running += 1;
      let isSlow = false;
      const slowTimer = setTimeout(() => {
        isSlow = true;
        slow += 1;
        schedule();
      }, PATIENCE_MS);
      void answerBatch(each, batch).finally(() => {
        clearTimeout(slowTimer);
        running -= 1;
        if (isSlow) slow -= 1;
        schedule();
      });
    }
  }

  function schedule(): void {
    if (scheduled || !mayStart()) return;
    scheduled = true;
    setImmediate(flush);
  }

  return {
    find(number) {
      if (!isPlausible(number)) return Promise.resolve(NONE);
      const numbers = spellings(number);
      if (numbers.length === 0) return Promise.resolve(NONE);
      return new Promise((resolve, reject) => {
        gathering.push({ numbers, resolve, reject });
        schedule();
      });
    },
  };
}

/** False for a text no carrier can have issued: such a lookup costs no query. */
export function isPlausible(number: string): boolean {
  return number.length > 0 && number.length <= NUMBER_CHARS_MAX && !CONTROL.test(number);
}

/**
 * Answers a number when all its rows have arrived, while the database still reads the others. Never
 * rejects: an error goes to each waiter that has not been answered yet.
 */
async function answerBatch(each: EachTrack, batch: readonly Waiting[]): Promise<void> {
  const { wanted, alone, several } = groupWaiting(batch);
  const found = new Map<string, PublicTrackRow[]>();
  let rows: PublicTrackRow[] = [];

  /** Answers the number whose rows have just ended. */
  function resolveNumber(): void {
    const number = rows[0]?.trackingNumber;
    if (number === undefined) return;
    if (rows.length > 1) rows.sort(byCarrier);
    found.set(number, rows);
    for (const { resolve } of alone.get(number) ?? NO_WAITING) resolve(rows);
    alone.delete(number);
  }

  try {
    await each([...wanted], (row) => {
      if (row.trackingNumber !== rows[0]?.trackingNumber) {
        resolveNumber();
        rows = [];
      }
      rows.push(row);
    });
    resolveNumber();
    for (const waiters of alone.values()) for (const { resolve } of waiters) resolve(NONE);
    for (const { numbers, resolve } of several) {
      resolve(numbers.flatMap((number) => found.get(number) ?? []));
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

interface GroupedBatch {
  readonly wanted: ReadonlySet<string>;
  /** Lookups waiting for that number only. */
  readonly alone: Map<string, Waiting[]>;
  /** Lookups with several spellings, which wait for the end of the query. */
  readonly several: readonly Waiting[];
}

function groupWaiting(batch: readonly Waiting[]): GroupedBatch {
  const wanted = new Set<string>();
  const alone = new Map<string, Waiting[]>();
  const several: Waiting[] = [];
  for (const waiting of batch) {
    const [only] = waiting.numbers;
    for (const number of waiting.numbers) wanted.add(number);
    if (waiting.numbers.length > 1 || only === undefined) {
      several.push(waiting);
      continue;
    }
    const same = alone.get(only);
    if (same === undefined) alone.set(only, [waiting]);
    else same.push(waiting);
  }
  return { wanted, alone, several };
}

/** Compares as JavaScript orders text, whatever the database's collation. */
function byCarrier(a: PublicTrackRow, b: PublicTrackRow): number {
  return a.carrier < b.carrier ? -1 : 1;
}
