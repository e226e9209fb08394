import type { IncomingMessage } from 'node:http';

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

  /** Appends a piece, copying into larger memory if necessary. A single piece is not copied. */
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

type BodyOutcome =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  /** The body is longer than allowed, as declared or found; the rest was not read. */
  | { readonly kind: 'too_large' }
  /** The sender disconnected before the end, so no answer is possible. */
  | { readonly kind: 'aborted' };

/**
 * Reads the raw bytes of a request, at most `bytesMax`. The HTTP server limits how long a sender
 * may take; it ends the connection and with it this read.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<BodyOutcome> {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > bytesMax) return Promise.resolve({ kind: 'too_large' });
  if (request.destroyed) return Promise.resolve({ kind: 'aborted' });
  const bytes = new GrowingBytes(bytesMax);
  let settled = false;
  // Listeners stay on the request, which ends with its body: removing them costs more, and so would
  // naming them here, once for each request.
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => {
      if (settled) return;
      if (bytes.length + chunk.length <= bytesMax) {
        bytes.add(chunk);
        return;
      }
      settled = true;
      request.pause();
      resolve({ kind: 'too_large' });
    });
    request.on('end', () => {
      if (settled) return;
      settled = true;
      resolve({ kind: 'body', bytes: bytes.take() });
    });
    request.on('close', () => {
      if (settled) return;
      settled = true;
      resolve({ kind: 'aborted' });
    });
    request.on('error', () => {
      if (settled) return;
      settled = true;
      resolve({ kind: 'aborted' });
    });
  });
}
