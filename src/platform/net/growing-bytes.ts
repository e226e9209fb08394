/** The first allocation for bytes that arrive in several pieces. */
const FIRST_BYTES = 4_096;

/**
 * Bytes that arrive in pieces, stored in memory proportional to their number however small the
 * pieces are: a list of a million one-byte buffers takes hundreds of megabytes. A single piece is
 * stored without a copy.
 */
export class GrowingBytes {
  readonly #bytesMax: number;
  #memory: Buffer = Buffer.alloc(0);
  #length = 0;

  /** @param bytesMax the most bytes that may be added. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get length(): number {
    return this.#length;
  }

  /** Returns how much memory is needed after `more` bytes: about twice their number at most. */
  capacityFor(more: number): number {
    const needed = this.#length + more;
    if (this.#length === 0 || needed <= this.#memory.length) {
      return Math.max(needed, this.#memory.length);
    }
    const doubled = Math.max(FIRST_BYTES, this.#memory.length * 2);
    return Math.max(needed, Math.min(doubled, this.#bytesMax));
  }

  add(piece: Buffer): void {
    if (this.#length === 0) {
      this.#memory = piece;
      this.#length = piece.length;
      return;
    }
    const capacity = this.capacityFor(piece.length);
    if (capacity > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(capacity);
      this.#memory.copy(larger, 0, 0, this.#length);
      this.#memory = larger;
    }
    piece.copy(this.#memory, this.#length);
    this.#length += piece.length;
  }

  /** Returns all bytes, in memory of exactly their size; later additions do not change it. */
  take(): Buffer {
    const { length } = this;
    return length === this.#memory.length
      ? this.#memory
      : Buffer.from(this.#memory.subarray(0, length));
  }
}
