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
 */
export class Staleness {
  #marks: Mark[] = [];
  #freshAtMs = Number.NEGATIVE_INFINITY;

  /** @param atMs before the primary was asked. */
  primaryWas(position: bigint, atMs: number): void {
    this.#marks.push({ atMs, position });
  }

  replicaHas(position: bigint): void {
    while (this.#marks[0] !== undefined && this.#marks[0].position <= position) {
      this.#freshAtMs = this.#marks[0].atMs;
      this.#marks.shift();
    }
    // A replica that is away for days asks for no more memory than that.
    if (this.#marks.length > MARKS_MAX) this.#marks = this.#marks.filter((_, nr) => nr % 2 === 0);
  }

  /** All that was committed longer ago than this is there; infinite as long as nothing is known. */
  atMs(nowMs: number): number {
    return nowMs - this.#freshAtMs;
  }
}

const MARKS_MAX = 10_000;

/** A place in the log as PostgreSQL writes it, `16/B374D848`: the numbers grow with the log. */
export function readPosition(text: string): bigint {
  const [high = '', low = ''] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`);
}
