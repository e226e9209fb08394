import type { Period } from '../../../platform/partitions/period.ts';
import { RECORD_BYTES, viewOf, writeRecord } from './journal-record.ts';

/** Positions that are written together. */
interface Part {
  readonly seq: number;
  readonly bytes: Buffer;
}

const FIRST_RECORDS = 16;

/**
 * The positions of some of the couriers on their way to the database: first open, then in the
 * journal, then in their day's partition.
 */
export class Bucket {
  readonly index: number;
  #open: Buffer = Buffer.allocUnsafe(FIRST_RECORDS * RECORD_BYTES);
  #view: DataView = viewOf(this.#open);
  #used = 0;
  /** Parts that are not in the journal yet, oldest first. */
  closed: Part[] = [];
  #held: Part[] = [];
  /**
   * How many records are in the journal but not yet in a partition; `heldSinceMs` is when the
   * oldest of them got there.
   */
  held = 0;
  heldSinceMs = 0;

  constructor(index: number) {
    this.index = index;
  }

  add(ids: Int32Array, idAt: number, values: Float64Array, at: number, verdict: number): void {
    if (this.#used === this.#open.length) this.#grow();
    writeRecord(this.#view, this.#used, ids, idAt, values, at, verdict);
    this.#used += RECORD_BYTES;
  }

  /** Makes a part of what arrived since the last call. Returns false if nothing did. */
  close(seq: number): boolean {
    if (this.#used === 0) return false;
    this.closed.push({ seq, bytes: this.#open.subarray(0, this.#used) });
    // Expect about as much next time.
    const bytes = Math.max(FIRST_RECORDS * RECORD_BYTES, this.#used);
    this.#open = Buffer.allocUnsafe(bytes);
    this.#view = viewOf(this.#open);
    this.#used = 0;
    return true;
  }

  /** Marks a part as being in the journal; returns its number of records. */
  journaled(part: Part, nowMs: number): number {
    this.closed = this.closed.filter((each) => each !== part);
    const count = this.recordsOf([part]);
    if (this.held === 0) this.heldSinceMs = nowMs;
    this.#held.push(part);
    this.held += count;
    return count;
  }

  /** Removes and returns the parts that are in the journal. */
  take(): readonly Part[] {
    const parts = this.#held;
    this.#held = [];
    this.held = 0;
    return parts;
  }

  /** Puts parts back that `take` returned. @param sinceMs what `heldSinceMs` was then */
  putBack(parts: readonly Part[], sinceMs: number): void {
    this.#held = [...parts, ...this.#held];
    this.held = this.recordsOf(this.#held);
    this.heldSinceMs = sinceMs;
  }

  recordsOf(parts: readonly Part[]): number {
    return parts.reduce((sum, { bytes }) => sum + bytes.length / RECORD_BYTES, 0);
  }

  #grow(): void {
    const larger = Buffer.allocUnsafe(this.#open.length * 2);
    this.#open.copy(larger);
    this.#open = larger;
    this.#view = viewOf(larger);
  }
}

/** The table of positions in stretches, partitioned by UTC day. */
export const STRETCHES_TABLE: { readonly table: string; readonly period: Period } = {
  table: 'courier_stretches',
  period: 'day',
};

/**
 * The table of single positions, which versions before 0162 wrote. Remaining ones are read, and
 * dropped after their day.
 */
export const POSITIONS_TABLE: { readonly table: string; readonly period: Period } = {
  table: 'courier_positions',
  period: 'day',
};
