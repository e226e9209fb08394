/**
 * Group commit: items that arrive during a flush wait and are flushed together in the next one.
 * Each `add` resolves only when the flush of its item has committed, so the caller may acknowledge.
 * If a batch fails, those of its items that were not settled by then are flushed one by one, so
 * that one bad item affects no other.
 */
export interface GroupCommit<T> {
  /** Resolves after commit; rejects with `Overloaded` or with the error of this item's flush. */
  add(item: T): Promise<void>;
  /** Resolves once no item waits or is being flushed. */
  drained(): Promise<void>;
  readonly pending: number;
  /** Since when the oldest item has waited that is in no flush yet; null if none waits. */
  readonly waitingSinceMs: number | null;
}

interface GroupCommitOptions<T> {
  /**
   * Writes items.
   *
   * @param settled marks the item at a place as done, whatever happens to the others: it is
   * acknowledged at once.
   */
  readonly flush: (items: readonly T[], settled: (place: number) => void) => Promise<void>;
  /** The most items of one flush. */
  readonly batchMax: number;
  /** The most flushes in progress at once. */
  readonly concurrency: number;
  /** Whether a single item may be to blame; if not, the whole batch is refused at once. */
  readonly mayBeItsItems: (error: unknown) => boolean;
  /**
   * Whether all waiting items would fail in the same way; then they are refused with it. Absent:
   * each flush is tried.
   */
  readonly failsAll?: (error: unknown) => boolean;
  /** The most waiting items; beyond it `add` refuses, so that memory does not grow. */
  readonly pendingMax: number;
  readonly nowMs: () => number;
  /**
   * If items arrive one after another, a flush with fewer than `enough` begins only this long after
   * the previous one: each flush costs as much as dozens of items. Absent: it begins at once.
   */
  readonly gathers?: Gathers;
}

interface Gathers {
  readonly ms: number;
  readonly enough: number;
  /**
   * Whether to wait only if items come together: after a flush of one item, during which no other
   * came, the next begins at once.
   */
  readonly onlyCrowds?: boolean;
}

export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

interface Waiting<T> {
  readonly item: T;
  readonly sinceMs: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Creates a group commit, with several flushes in progress at the same time. */
export function createGroupCommit<T>(options: GroupCommitOptions<T>): GroupCommit<T> {
  let waiting: Waiting<T>[] = [];
  let underWay = 0;
  let inFlight = 0;
  let scheduled = false;
  let idleWaiters: (() => void)[] = [];
  const gathers: Gathers = options.gathers ?? { ms: 0, enough: 1 };
  let isCrowd = gathers.onlyCrowds !== true;
  let begunAtMs = Number.NEGATIVE_INFINITY;
  let gathering: NodeJS.Timeout | null = null;

  /**
   * Starts batches while there are items and free places, waiting for more items if that is worth
   * it.
   */
  function pump(): void {
    scheduled = false;
    while (underWay < options.concurrency && waiting.length > 0) {
      const nowMs = options.nowMs();
      // A clock that was set back must not delay anything.
      const leftMs = Math.min(gathers.ms, begunAtMs + gathers.ms - nowMs);
      if (isCrowd && waiting.length < gathers.enough && leftMs > 0) {
        gathering ??= setTimeout(gathered, leftMs);
        return;
      }
      begunAtMs = nowMs;
      if (gathering !== null) clearTimeout(gathering);
      gathering = null;
      const batch = waiting.slice(0, options.batchMax);
      waiting = waiting.slice(options.batchMax);
      underWay += 1;
      inFlight += batch.length;
      isCrowd = gathers.onlyCrowds !== true || batch.length > 1;
      void run(options, batch).then((failed) => {
        if (failed !== null) refuse(waiting.splice(0), failed.error);
        underWay -= 1;
        inFlight -= batch.length;
        if (waiting.length > 0) pump();
        else if (underWay === 0) {
          for (const done of idleWaiters) done();
          idleWaiters = [];
        }
      });
    }
  }

  function gathered(): void {
    gathering = null;
    begunAtMs = Number.NEGATIVE_INFINITY;
    pump();
  }

  return {
    add(item) {
      if (waiting.length + inFlight >= options.pendingMax) {
        return Promise.reject(new Overloaded(`${options.pendingMax} items are already waiting`));
      }
      return new Promise((resolve, reject) => {
        if (underWay > 0) isCrowd = true;
        waiting.push({ item, sinceMs: options.nowMs(), resolve, reject });
        // After one turn of the event loop, everything that arrived in this turn is flushed
        // together.
        if (!scheduled) {
          scheduled = true;
          setImmediate(pump);
        }
      });
    },
    drained() {
      if (waiting.length === 0 && underWay === 0) return Promise.resolve();
      return new Promise((resolve) => {
        idleWaiters.push(resolve);
      });
    },
    get pending() {
      return waiting.length + inFlight;
    },
    get waitingSinceMs() {
      return waiting[0]?.sinceMs ?? null;
    },
  };
}

type How<T> = Pick<GroupCommitOptions<T>, 'flush' | 'mayBeItsItems' | 'failsAll'>;

/** The error with which all waiting items would fail, too; null if there is none. */
type FailsAll = { readonly error: unknown } | null;

/** Flushes a batch. Never rejects. */
async function run<T>(how: How<T>, batch: readonly Waiting<T>[]): Promise<FailsAll> {
  const left = new Set(batch);
  try {
    const items = batch.map((entry) => entry.item);
    await how.flush(items, (place) => {
      const entry = batch[place];
      if (entry === undefined) return;
      left.delete(entry);
      entry.resolve();
    });
  } catch (error) {
    const unsettled = [...left];
    if (batch.length > 1 && how.mayBeItsItems(error)) return oneByOne(how, unsettled);
    refuse(unsettled, error);
    return how.failsAll?.(error) === true ? { error } : null;
  }
  for (const entry of left) entry.resolve();
  return null;
}

async function oneByOne<T>(how: How<T>, batch: readonly Waiting<T>[]): Promise<FailsAll> {
  for (const [index, entry] of batch.entries()) {
    const failed = await run(how, [entry]);
    if (failed === null) continue;
    refuse(batch.slice(index + 1), failed.error);
    return failed;
  }
  return null;
}

function refuse<T>(entries: readonly Waiting<T>[], error: unknown): void {
  for (const entry of entries) entry.reject(error);
}
