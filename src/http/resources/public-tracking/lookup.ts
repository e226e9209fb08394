import type { PublicTrackRow } from '../../../tracking/index.ts';

/** Finds what the public may see of a parcel, many at a time. */
export interface Lookup {
  /**
   * The answers for a number as people type it, one for each carrier that has it; empty when
   * nobody follows it. Never cached: what a carrier just told is there at once, and shared caches
   * in front of us have their own time.
   */
  find(number: string): Promise<readonly PublicTrackRow[]>;
}

/**
 * One query for all these numbers: calls back with each row as it comes, those of one number one
 * after the other, and resolves after the last.
 */
export type EachTrack = (
  numbers: readonly string[],
  onRow: (row: PublicTrackRow) => void,
) => Promise<void>;

export interface LookupOptions {
  readonly each: EachTrack;
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
const NOBODY: readonly Waiting[] = [];

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
  const { each, spellings } = options;
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
      void answer(each, batch).finally(() => {
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

/**
 * A number is answered when all its rows are here, while the database still reads the others.
 * Never rejects: an error is each waiter's own, except theirs who were answered before it.
 */
async function answer(each: EachTrack, batch: readonly Waiting[]): Promise<void> {
  const { wanted, alone, several } = sortOut(batch);
  const found = new Map<string, PublicTrackRow[]>();
  let rows: PublicTrackRow[] = [];

  function endNumber(): void {
    const number = rows[0]?.tracking_number;
    if (number === undefined) return;
    if (rows.length > 1) rows.sort(byCarrier);
    found.set(number, rows);
    for (const { resolve } of alone.get(number) ?? NOBODY) resolve(rows);
    alone.delete(number);
  }

  try {
    await each([...wanted], (row) => {
      if (row.tracking_number !== rows[0]?.tracking_number) {
        endNumber();
        rows = [];
      }
      rows.push(row);
    });
    endNumber();
    for (const waiters of alone.values()) for (const { resolve } of waiters) resolve(NONE);
    for (const { numbers, resolve } of several) {
      resolve(numbers.flatMap((number) => found.get(number) ?? []));
    }
  } catch (error) {
    for (const { reject } of batch) reject(error);
  }
}

interface Sorted {
  readonly wanted: ReadonlySet<string>;
  /** Who waits for that number only. */
  readonly alone: Map<string, Waiting[]>;
  /** Who waits for several spellings, and so for the end of the query. */
  readonly several: readonly Waiting[];
}

function sortOut(batch: readonly Waiting[]): Sorted {
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

/** As JavaScript orders text, whatever collation the database has. */
function byCarrier(a: PublicTrackRow, b: PublicTrackRow): number {
  return a.carrier < b.carrier ? -1 : 1;
}
