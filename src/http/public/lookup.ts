import type { PublicTrackRow } from '../../tracking/index.ts';

/** Finds what strangers may see of a parcel, many at a time. */
export interface Lookup {
  /**
   * The answers for a number as people type it, one for each carrier that has it; empty when
   * nobody follows it. Never cached: what a carrier just told is there at once, and shared caches
   * in front of us have their own time.
   */
  find(number: string): Promise<readonly PublicTrackRow[]>;
}

export type ReadTracks = (numbers: readonly string[]) => Promise<readonly PublicTrackRow[]>;

export interface LookupOptions {
  /** One query for all these numbers. */
  readonly read: ReadTracks;
  /** How the carriers would store that number (`normalize` of each), without repetition. */
  readonly spellings: (number: string) => readonly string[];
  /** Lookups in one query. */
  readonly batchMax?: number;
  /** Lookups that are worth a query beside one that is quick. */
  readonly besideMin?: number;
  /** Queries under way at once. */
  readonly batchesAtOnceMax?: number;
}

/** Longer than any number of any carrier; checked before anything is spent on it. */
const NUMBER_CHARS_MAX = 64;
const BATCH_MAX = 200;
/** While one batch is being read, the next is being gathered; more only makes batches smaller. */
const BATCHES_AT_ONCE_MAX = 2;
/**
 * With fewer, a query costs more than waiting for the one under way; without any beside it, we and
 * the database would wait for each other in turns (docs/benchmarks.md, lookup).
 */
const BESIDE_MIN = 24;
/** A batch that takes longer waits for a disk: who comes after it need not wait with it. */
const PATIENCE_MS = 3;

const CONTROL = /\p{Cc}/u;
const NONE: readonly PublicTrackRow[] = [];

interface Waiting {
  readonly numbers: readonly string[];
  readonly resolve: (rows: readonly PublicTrackRow[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Lookups that come in the same turn of the event loop, or while all queries are busy, share one
 * query: a round trip costs many times what a row costs, and under load the batches grow by
 * themselves.
 */
export function createLookup(options: LookupOptions): Lookup {
  const { read, spellings } = options;
  const batchMax = options.batchMax ?? BATCH_MAX;
  const besideMin = Math.min(options.besideMin ?? BESIDE_MIN, batchMax);
  const atOnceMax = options.batchesAtOnceMax ?? BATCHES_AT_ONCE_MAX;
  let gathering: Waiting[] = [];
  let running = 0;
  let slow = 0;
  let scheduled = false;

  /** Another batch beside those under way is worth it when it is big, or when they are slow. */
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
      const patience = setTimeout(() => {
        isSlow = true;
        slow += 1;
        schedule();
      }, PATIENCE_MS);
      void answer(read, batch).finally(() => {
        clearTimeout(patience);
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

/** False for what no carrier can have issued: such a look-up costs no query. */
export function isPlausible(number: string): boolean {
  return number.length > 0 && number.length <= NUMBER_CHARS_MAX && !CONTROL.test(number);
}

/** Never rejects: an error is each waiter's own. */
async function answer(read: ReadTracks, batch: readonly Waiting[]): Promise<void> {
  try {
    const wanted = new Set<string>();
    for (const { numbers } of batch) for (const number of numbers) wanted.add(number);
    const found = new Map<string, PublicTrackRow[]>();
    for (const row of await read([...wanted])) {
      const same = found.get(row.tracking_number);
      if (same === undefined) found.set(row.tracking_number, [row]);
      else same.push(row);
    }
    for (const rows of found.values()) if (rows.length > 1) rows.sort(byCarrier);
    for (const { numbers, resolve } of batch) resolve(rowsOf(numbers, found));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

function rowsOf(
  numbers: readonly string[],
  found: ReadonlyMap<string, PublicTrackRow[]>,
): readonly PublicTrackRow[] {
  const [only] = numbers;
  if (numbers.length === 1 && only !== undefined) return found.get(only) ?? NONE;
  return numbers.flatMap((number) => found.get(number) ?? []);
}

/** Several carriers under one number are rare, so they are put in order here, not in each query. */
function byCarrier(a: PublicTrackRow, b: PublicTrackRow): number {
  return a.carrier < b.carrier ? -1 : 1;
}
