import type pg from 'pg';
import type { Wait } from '../../clock.ts';
import type { Keyring } from '../sealing.ts';
import { columnName, resealBatch, type SealedColumn } from './sealed-column.ts';

interface ResealDeps {
  /** A pool whose role reads and changes every tenant's rows. */
  readonly pool: pg.Pool;
  readonly keyring: Keyring;
  readonly wait: Wait;
  readonly onProgress: (progress: Progress) => void;
}

interface Progress {
  /** The name of the column, `table.column`. */
  readonly column: string;
  readonly read: number;
  readonly resealed: number;
  /** Whether all rows of this column were visited. */
  readonly done: boolean;
}

/** Some 20 ms of work: the longest that anybody waits for one of these rows. */
const ROWS_AT_ONCE = 1_000;
/** The share of time spent working; the rest is for inbound messages, folds and merchants. */
const WORKED_SHARE = 0.5;
/** The most passes over a column; locked rows are released within seconds. */
const PASSES_MAX = 5;
const PASS_PAUSE_MS = 1_000;

/**
 * Reseals the values that are not under the first key, column by column, while the hub runs. Rows
 * that are locked in every pass keep theirs. No progress is stored: a restart after a kill skips what
 * is already resealed.
 *
 * @returns how many values were resealed.
 */
export async function resealAll(
  columns: readonly SealedColumn[],
  deps: ResealDeps,
): Promise<number> {
  let resealed = 0;
  for (const column of columns) {
    for (let pass = 0; pass < PASSES_MAX; pass += 1) {
      const counts = await resealColumn(column, deps);
      resealed += counts.resealed;
      if (counts.passedOver === 0) break;
      await deps.wait(PASS_PAUSE_MS);
    }
  }
  return resealed;
}

/** Seals all rows of a column with the active key, resting in between. Returns the counts. */
async function resealColumn(column: SealedColumn, deps: ResealDeps) {
  let [read, resealed, passedOver] = [0, 0, 0];
  let after: readonly string[] | null = null;
  for (;;) {
    const startedMs = performance.now();
    const batch = await resealBatch(deps.pool, column, deps.keyring, {
      after,
      limit: ROWS_AT_ONCE,
    });
    read += batch.read;
    resealed += batch.resealed;
    passedOver += batch.passedOver;
    after = batch.next;
    const progress = { column: columnName(column), read, resealed };
    deps.onProgress({ ...progress, done: after === null });
    if (after === null) return { resealed, passedOver };
    // Reading alone costs little and is not slowed down.
    if (batch.resealed > 0) {
      await deps.wait(((performance.now() - startedMs) * (1 - WORKED_SHARE)) / WORKED_SHARE);
    }
  }
}
