import type pg from 'pg';
import { uuidV7 } from '../../../kernel/ids.ts';
import type { Clock, RandomBytes } from '../../../platform/clock.ts';
import {
  type CopyIn,
  type Queryable,
  withTransaction,
} from '../../../platform/database/database.ts';

import type { Logger } from '../../../platform/observability/log.ts';
import { ensurePartitionAt } from '../../../platform/partitions/keep-partitions.ts';
import { type Loop, startLoop } from '../../../platform/work/loop.ts';
import type { TrailSink } from '../intake/position-intake.ts';
import { Bucket, STRETCHES_TABLE } from './bucket.ts';
import { BUCKETS, bucketOf, couriersOf, wordsOfUuid } from './journal-record.ts';
import { cutStretches, type DayOfStretches, STRETCH_COLUMNS } from './stretch.ts';
import {
  eraseStretches,
  eraseStretchesOfErased,
  forgetJournal,
  lockLeftJournal,
  writeJournal,
} from './stretches.sql.ts';
import { erasePositions } from './trails.sql.ts';

interface TrailWriterDeps {
  readonly copyIn: CopyIn;
  readonly db: { readonly pipeline: pg.Pool; readonly owner: Queryable };
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
}

/**
 * Writes positions into a journal several times a second, and from there into stretches of their
 * days, once there are enough of them or a minute has passed. If a process was killed, another one
 * moves what it left in the journal.
 */
export interface TrailWriter extends TrailSink {
  /** Resolves when everything added before has been moved to its day. */
  flush(): Promise<void>;
  /** Moves what killed processes left in the journal to its days. */
  takeOver(): Promise<void>;
  /**
   * Removes the positions of an erased courier that were not in the database during the erasure.
   */
  erase(courierId: string): Promise<void>;
  /** Stops after writing what is waiting, however long that takes. */
  stop(): Promise<void>;
}

/**
 * The interval of writes. A crash loses at most this plus the time of a write; the promise is one
 * second.
 */
const FLUSH_EVERY_MS = 200;
const RETRY_MS = 500;
const CUT_EVERY_MS = 1_000;
/** The longest time positions stay in the journal. */
const CUT_AFTER_MS = 60_000;
/**
 * The number of records that triggers an earlier move of a bucket to its days, and the limit of one
 * move: some milliseconds.
 */
const CUT_RECORDS = 16_384;
/**
 * Age from which parts in the journal belong to a killed process: no live one leaves them for this
 * long.
 */
const LEFT_MS = 5 * 60_000;
const LEFT_AT_ONCE = 200;
const TAKE_OVER_EVERY_MS = 60_000;
/**
 * Limit of positions not in the journal yet: 20 MB, or ten seconds at 50,000 a second. Beyond it
 * positions are refused.
 */
const WAITING_MAX = 500_000;
/** Limit of positions that are in the journal and wait for their days: 80 MB. */
const HELD_MAX = 2_000_000;
const DAY_MS = 86_400_000;
const NO_SUCH_TABLE = '42P01';

export function openTrailWriter(deps: TrailWriterDeps): TrailWriter {
  return new Writer(deps);
}

class Writer implements TrailWriter {
  readonly #deps: TrailWriterDeps;
  readonly #id: string;
  readonly #buckets = Array.from({ length: BUCKETS }, (_, index) => new Bucket(index));
  readonly #partitions = new Map<number, string>();
  readonly #journaling: Loop;
  readonly #cutting: Loop;
  /** A separate loop, so that our own writes never wait for it. */
  readonly #takingOver: Loop;
  /**
   * The number of positions not in the journal yet; `held` counts those in the journal that are in
   * no day yet.
   */
  #waiting = 0;
  #held = 0;
  #seq = 0;
  /** The buckets that a caller waits for. */
  #requested = new Set<number>();

  constructor(deps: TrailWriterDeps) {
    const { log, clock, randomBytes } = deps;
    this.#deps = deps;
    this.#id = uuidV7(clock.nowMs(), randomBytes(10));
    this.#journaling = startLoop({
      run: () => this.#journal(),
      everyMs: FLUSH_EVERY_MS,
      retryMs: RETRY_MS,
      onFailure: (err) =>
        log.warn({ err, waiting: this.#waiting }, 'positions could not be written; retrying'),
    });
    this.#cutting = startLoop({
      run: () => this.#cut(),
      everyMs: CUT_EVERY_MS,
      onFailure: (err) =>
        log.warn({ err, held: this.#held }, 'positions stay in their journal; will be retried'),
    });
    this.#takingOver = startLoop({
      run: () => this.#takeOver(),
      everyMs: TAKE_OVER_EVERY_MS,
      onFailure: (err) =>
        log.warn({ err }, 'positions that were left stay in their journal; will be retried'),
    });
    this.#takingOver.wake(CUT_EVERY_MS);
  }

  get hasRoom(): boolean {
    return this.#waiting < WAITING_MAX && this.#held < HELD_MAX;
  }

  add(ids: Int32Array, idAt: number, values: Float64Array, at: number, verdict: number): void {
    (this.#buckets[bucketOf(ids, idAt)] as Bucket).add(ids, idAt, values, at, verdict);
    this.#waiting += 1;
  }

  async flush(): Promise<void> {
    await this.#journaling.now();
    this.#requestAll();
    await this.#cutting.now();
  }

  async takeOver(): Promise<void> {
    await this.#takingOver.now();
  }

  async erase(courierId: string): Promise<void> {
    await this.#journaling.now();
    this.#requested.add(bucketOf(wordsOfUuid(courierId), 0));
    await this.#cutting.now();
    await eraseStretches(this.#deps.db.pipeline, courierId);
    await erasePositions(this.#deps.db.pipeline, courierId);
  }

  async stop(): Promise<void> {
    await this.#journaling.stop();
    await this.#takingOver.stop();
    await this.#cutting.stop();
    try {
      await this.#journal();
      this.#requestAll();
      await this.#cut();
    } catch (err) {
      const { log } = this.#deps;
      log.warn({ err, waiting: this.#waiting }, 'the last positions could not be written');
    }
    await this.#deps.copyIn.end();
  }

  async #journal(): Promise<void> {
    const { db, clock } = this.#deps;
    for (const bucket of this.#buckets) {
      if (bucket.close(this.#seq + 1)) this.#seq += 1;
    }
    const full = this.#buckets.filter(({ closed }) => closed.length > 0);
    if (full.length === 0) return;
    const nowMs = clock.nowMs();
    // More arrives during the write; that becomes another part.
    const parts = full.flatMap((bucket) => bucket.closed.map((part) => ({ bucket, part })));
    await writeJournal(
      db.pipeline,
      this.#id,
      parts.map(({ bucket, part }) => ({ ...part, bucket: bucket.index })),
      nowMs,
    );
    for (const { bucket, part } of parts) {
      const count = bucket.journaled(part, nowMs);
      this.#waiting -= count;
      this.#held += count;
    }
  }

  #requestAll(): void {
    for (const { index } of this.#buckets) this.#requested.add(index);
  }

  /** Moves the buckets that are due to their days. A failure of one does not stop the others. */
  async #cut(): Promise<void> {
    const nowMs = this.#deps.clock.nowMs();
    const requested = this.#requested;
    this.#requested = new Set();
    const due = this.#buckets.filter(
      ({ index, held, heldSinceMs }) =>
        held > 0 &&
        (requested.has(index) ||
          held >= CUT_RECORDS ||
          Math.abs(nowMs - heldSinceMs) >= CUT_AFTER_MS),
    );
    const errors: unknown[] = [];
    for (let from = 0; from < due.length; ) {
      let count = 0;
      const group: Bucket[] = [];
      for (; from < due.length && (count === 0 || count < CUT_RECORDS); from += 1) {
        group.push(due[from] as Bucket);
        count += (due[from] as Bucket).held;
      }
      await this.#cutThese(group).catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  }

  async #cutThese(buckets: readonly Bucket[]): Promise<void> {
    const cutBuckets = buckets.map((bucket) => {
      const sinceMs = bucket.heldSinceMs;
      return { bucket, sinceMs, parts: bucket.take() };
    });
    const parts = cutBuckets.flatMap((each) => each.parts);
    const records = parts.map(({ bytes }) => bytes);
    try {
      await this.#write(cutStretches(records));
      // Couriers erased meanwhile: the notification may have been missed.
      await eraseStretchesOfErased(this.#deps.db.pipeline, couriersOf(records));
      await forgetJournal(
        this.#deps.db.pipeline,
        this.#id,
        parts.map(({ seq }) => seq),
      );
    } catch (error) {
      // Positions that are already in their day come a second time, and are read once.
      for (const each of cutBuckets) each.bucket.putBack(each.parts, each.sinceMs);
      throw error;
    }
    for (const { bucket, parts: own } of cutBuckets) this.#held -= bucket.recordsOf(own);
  }

  async #write(days: readonly DayOfStretches[]): Promise<void> {
    for (const day of days) await this.#writeDay(day);
  }

  async #writeDay(day: DayOfStretches, isAgain = false): Promise<void> {
    const { copyIn, db } = this.#deps;
    const name =
      this.#partitions.get(day.day) ??
      (await ensurePartitionAt(db.owner, STRETCHES_TABLE, day.day * DAY_MS));
    this.#partitions.set(day.day, name);
    try {
      await copyIn.copy(`${name} ${STRETCH_COLUMNS}`, day.chunks);
    } catch (error) {
      this.#partitions.delete(day.day);
      // The day was simplified meanwhile; late positions need another partition.
      const isGone = (error as { code?: unknown }).code === NO_SUCH_TABLE;
      if (isAgain || !isGone) throw error;
      await this.#writeDay(day, true);
    }
  }

  /** Moves parts whose writer was killed to their days. */
  async #takeOver(): Promise<void> {
    const { db, clock, log } = this.#deps;
    while (!this.#takingOver.stopping) {
      const nowMs = clock.nowMs();
      const count = await withTransaction(db.pipeline, async (tx) => {
        const left = await lockLeftJournal(tx, this.#id, nowMs - LEFT_MS, LEFT_AT_ONCE);
        if (left.length === 0) return 0;
        const parts = left.map(({ records }) => records);
        await this.#write(cutStretches(parts));
        for (const { writer, seq } of left) await forgetJournal(tx, writer, [seq]);
        await eraseStretchesOfErased(tx, couriersOf(parts));
        return left.length;
      });
      if (count > 0)
        log.info({ parts: count }, 'positions that were left in a journal are in place');
      if (count < LEFT_AT_ONCE) return;
    }
  }
}
