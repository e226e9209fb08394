/** A moment, and where the primary's write-ahead log ended at that time. */
interface Mark {
  readonly atMs: number;
  readonly position: bigint;
}

/**
 * How far a replica is behind, measured with one clock and without writing: a replica that has
 * replayed the log up to where the primary's ended at some moment has everything committed until
 * then. Unlike the time of the last replayed transaction, this does not grow while the hub is idle,
 * and unlike the difference between received and replayed log, it shows when a replica no longer
 * receives anything.
 *
 * Positions are comparable on one timeline only. A replica that has replayed more than the
 * primary's end, read later, does not follow that primary: the primary was replaced by one that was
 * behind. Such a replica lacks what the new one commits, whatever its position, until it is rewound
 * or restarted.
 */
export class Staleness {
  #marks: Mark[] = [];
  #freshAtMs = Number.NEGATIVE_INFINITY;
  #replicaAt = -1n;
  #run: string | null = null;
  #isElsewhere = false;

  /**
   * Records the primary's position, read after the replica's last position.
   *
   * @param atMs time before the primary was queried.
   */
  primaryWas(position: bigint, atMs: number): void {
    if (this.#replicaAt > position) {
      this.#isElsewhere = true;
      this.#forget();
    }
    if (this.#isElsewhere) return;
    this.#marks.push({ atMs, position });
    // Limits the memory for a replica that is down for days.
    if (this.#marks.length > MARKS_MAX) this.#marks = this.#marks.filter((_, nr) => nr % 2 === 0);
  }

  /**
   * Records the replica's position. For another server, or another run of it, only the position is
   * stored: it counts once the primary's position has been read after it.
   *
   * @param run differs for each server and each of its starts.
   */
  replicaHas(position: bigint, run: string): void {
    const isAnother = run !== this.#run || position < this.#replicaAt;
    this.#run = run;
    this.#replicaAt = position;
    if (isAnother) {
      this.#isElsewhere = false;
      this.#forget();
      return;
    }
    while (this.#marks[0] !== undefined && this.#marks[0].position <= position) {
      this.#freshAtMs = this.#marks[0].atMs;
      this.#marks.shift();
    }
  }

  /**
   * How old the replica's data is: everything committed longer ago is there. Infinite while nothing
   * is known.
   */
  atMs(nowMs: number): number {
    return nowMs - this.#freshAtMs;
  }

  #forget(): void {
    this.#marks = [];
    this.#freshAtMs = Number.NEGATIVE_INFINITY;
  }
}

const MARKS_MAX = 10_000;

/**
 * Reads a position in the log as PostgreSQL writes it, `16/B374D848`; the numbers grow with the
 * log.
 */
export function readPosition(text: string): bigint {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
