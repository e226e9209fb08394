import type { Clock } from '../../platform/clock.ts';
import type { CopyIn } from '../../platform/database/copy-in.ts';
import type { Queryable } from '../../platform/database/database.ts';
import type { Logger } from '../../platform/observability/log.ts';
import { partitionFor } from '../../platform/partitions/keep-partitions.ts';
import { type Loop, startLoop } from '../../platform/work/loop.ts';
import type { Position } from '../intake/position.ts';
import type { TrailSink } from '../intake/take-positions.ts';
import type { Verdict } from '../judge-fix.ts';
import { POSITION_COLUMNS, ROW_BYTES_MAX, writeRow } from './copy-rows.ts';
import { POSITIONS_TABLE } from './partitioned.ts';
import { erasePositions } from './trails.sql.ts';

export interface TrailWriterDeps {
  readonly copyIn: CopyIn;
  readonly db: { readonly pipeline: Queryable; readonly owner: Queryable };
  readonly clock: Clock;
  readonly log: Logger;
}

/** Writes positions into their days, a few times a second. */
export interface TrailWriter extends TrailSink {
  /** Resolves when all that was added before is on disk. */
  flush(): Promise<void>;
  /** Removes whatever of an erased courier was on its way while it was erased. */
  erase(courierId: string): Promise<void>;
  /** Writes what waits, for so long as that may take. */
  stop(): Promise<void>;
}

/** What a kill loses at most, with what COPY itself takes; a second is promised. */
const FLUSH_EVERY_MS = 200;
const RETRY_MS = 500;
const CHUNK_BYTES = 262_144;
/** About 40 MB, ten seconds of 50,000 a second; beyond it positions are refused. */
const WAITING_ROWS_MAX = 500_000;
const DAY_MS = 86_400_000;
const NO_SUCH_TABLE = '42P01';

/** What waits for one day, in chunks of whole rows. */
class Day {
  readonly day: number;
  readonly chunks: Buffer[] = [];
  rows = 0;
  #open: Buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  #used = 0;

  constructor(day: number) {
    this.day = day;
  }

  add(courier: Uint8Array, position: Position, verdict: Verdict): void {
    if (this.#used + ROW_BYTES_MAX > CHUNK_BYTES) this.close();
    this.#used = writeRow(this.#open, this.#used, courier, position, verdict);
    this.rows += 1;
  }

  close(): void {
    if (this.#used === 0) return;
    this.chunks.push(this.#open.subarray(0, this.#used));
    this.#open = Buffer.allocUnsafe(CHUNK_BYTES);
    this.#used = 0;
  }
}

export function openTrailWriter(deps: TrailWriterDeps): TrailWriter {
  const { copyIn, db, log } = deps;
  let open = new Map<number, Day>();
  let last: Day | null = null;
  /** Taken out of `open`, and not on disk yet. */
  let closed: Day[] = [];
  let waiting = 0;
  const partitions = new Map<number, string>();

  async function write(day: Day, isAgain = false): Promise<void> {
    const name =
      partitions.get(day.day) ?? (await partitionFor(db.owner, POSITIONS_TABLE, day.day * DAY_MS));
    partitions.set(day.day, name);
    try {
      await copyIn.copy(`${name} ${POSITION_COLUMNS}`, day.chunks);
    } catch (error) {
      partitions.delete(day.day);
      // Its day was simplified meanwhile, and what comes late needs another partition.
      const isGone = (error as { code?: unknown }).code === NO_SUCH_TABLE;
      if (isAgain || !isGone) throw error;
      await write(day, true);
    }
  }

  async function flush(): Promise<void> {
    closed.push(...open.values());
    for (const day of open.values()) day.close();
    open = new Map();
    last = null;
    while (closed.length > 0) {
      const day = closed[0] as Day;
      await write(day);
      waiting -= day.rows;
      closed = closed.slice(1);
    }
  }

  const loop: Loop = startLoop({
    look: flush,
    everyMs: FLUSH_EVERY_MS,
    retryMs: RETRY_MS,
    onFailure: (err) => log.warn({ err, waiting }, 'positions could not be written; retrying'),
  });

  return {
    get hasRoom() {
      return waiting < WAITING_ROWS_MAX;
    },
    add(courier, position, verdict) {
      const day = Math.floor(position.atMs / DAY_MS);
      if (last === null || last.day !== day) {
        last = open.get(day) ?? new Day(day);
        open.set(day, last);
      }
      last.add(courier.bytes, position, verdict);
      waiting += 1;
    },
    flush: () => loop.now(),
    async erase(courierId) {
      await loop.now();
      await erasePositions(db.pipeline, courierId);
    },
    async stop() {
      await loop.stop();
      await flush().catch((err: unknown) => {
        log.warn({ err, waiting }, 'the last positions could not be written');
      });
      await copyIn.end();
    },
  };
}
