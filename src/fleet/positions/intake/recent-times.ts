import { createRowSpace, type Row, type RowSpace } from './courier-table.ts';

/** Number of times remembered to detect repeats: a phone's batch of some minutes. */
const RECENT_MAX = 32;
/**
 * How many positions may come at once: a phone that was offline for a day sends everything. After
 * that, up to fifty a second.
 */
const BURST = 10_000;
const PER_S = 50;

/**
 * Indices in a row: the newest time; the remaining allowance, and the second in which it was
 * updated; then the last times.
 */
const NEWEST_MS = 0;
const ALLOWANCE = 1;
const COUNTED_AT_S = 2;
const RECENT_AT = 3;
const RECENT = 8;

const NEVER = Number.NEGATIVE_INFINITY;

export function timesSpace(): RowSpace {
  return createRowSpace(RECENT + RECENT_MAX);
}

/** Creates the row of a courier without positions so far. */
export function beginTimes(space: RowSpace, nowMs: number): Row {
  const row = space.take();
  clear(row);
  row.rows[row.from + ALLOWANCE] = BURST;
  row.rows[row.from + COUNTED_AT_S] = Math.floor(nowMs / 1_000);
  return row;
}

interface WithTimes {
  readonly isOn: boolean;
  readonly times: Row['rows'];
  readonly timesFrom: Row['from'];
}

/**
 * Records a time of a courier on shift. Returns false if it was recorded before. A time older than
 * all remembered ones counts as new.
 */
export function recordTime({ times: rows, timesFrom: from }: WithTimes, atMs: number): boolean {
  const newestMs = rows[from + NEWEST_MS] as number;
  if (atMs > newestMs) rows[from + NEWEST_MS] = atMs;
  else {
    for (let index = 0; index < RECENT_MAX; index += 1)
      if (rows[from + RECENT + index] === atMs) return false;
  }
  const at = rows[from + RECENT_AT] as number;
  rows[from + RECENT + at] = atMs;
  rows[from + RECENT_AT] = at + 1 === RECENT_MAX ? 0 : at + 1;
  return true;
}

/** Undoes the record of positions that were not accepted after all. */
export function forgetTimes({ times: rows, timesFrom: from, isOn }: WithTimes): void {
  // If the shift has changed meanwhile, the row was already freed.
  if (isOn) clear({ rows, from });
}

function clear({ rows, from }: Row): void {
  rows[from + NEWEST_MS] = NEVER;
  rows[from + RECENT_AT] = 0;
  // Earlier than any time.
  rows.fill(NEVER, from + RECENT, from + RECENT + RECENT_MAX);
}

/** Uses up one of the positions that a courier on shift may send. Returns false if none is left. */
export function useAllowance({ times: rows, timesFrom: from }: WithTimes, nowMs: number): boolean {
  const nowS = Math.floor(nowMs / 1_000);
  const countedAtS = rows[from + COUNTED_AT_S] as number;
  let allowance = rows[from + ALLOWANCE] as number;
  if (nowS !== countedAtS) {
    // A clock set back must neither reduce the allowance nor stop its growth.
    const passedS = Math.max(0, nowS - countedAtS);
    allowance = Math.min(BURST, allowance + passedS * PER_S);
    rows[from + COUNTED_AT_S] = nowS;
  }
  rows[from + ALLOWANCE] = allowance < 1 ? allowance : allowance - 1;
  return allowance >= 1;
}
