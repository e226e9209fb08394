/** Where the primary's write-ahead log ended at some moment. */
interface Mark {
  readonly atMs: number;
  readonly position: bigint;
}

/**
 * How far a replica is behind, by one clock and without writing anything: whoever has replayed the log
 * up to where the primary's ended at some moment knows all that was committed until then. Unlike the
 * time of the last replayed transaction it does not grow while nothing happens, and unlike comparing
 * what was received with what was replayed it sees that a replica receives nothing any more.
 * Positions compare on one line of history only. Who has replayed more than the primary ends at when it
 * is asked later does not follow it: the primary was replaced by one that was behind. Such a replica
 * lacks what the new one commits, whatever its position, until it is rewound or started anew.
 */
export class Staleness {
  #marks: Mark[] = [];
  #freshAtMs = Number.NEGATIVE_INFINITY;
  #replicaAt = -1n;
  #run: string | null = null;
  #isElsewhere = false;

  /**
   * The primary was asked after the replica had last said where it is.
   *
   * @param atMs before the primary was asked.
   */
  primaryWas(position: bigint, atMs: number): void {
    if (this.#replicaAt > position) {
      this.#isElsewhere = true;
      this.#forget();
    }
    if (this.#isElsewhere) return;
    this.#marks.push({ atMs, position });
    // A replica that is away for days asks for no more memory than that.
    if (this.#marks.length > MARKS_MAX) this.#marks = this.#marks.filter((_, nr) => nr % 2 === 0);
  }

  /**
   * Of another server, or another run of it, only the position is noted: what it has counts once the
   * primary has been asked after it.
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

  /** All that was committed longer ago than this is there; infinite as long as nothing is known. */
  atMs(nowMs: number): number {
    return nowMs - this.#freshAtMs;
  }

  #forget(): void {
    this.#marks = [];
    this.#freshAtMs = Number.NEGATIVE_INFINITY;
  }
}

const MARKS_MAX = 10_000;

/** A place in the log as PostgreSQL writes it, `16/B374D848`: the numbers grow with the log. */
export function readPosition(text: string): bigint {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
