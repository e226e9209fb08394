import type { IncomingMessage } from 'node:http';
import { paceOf } from '../kit/bodies/body-pace.ts';

/** The sender's rate is averaged over this window: a phone's network comes and goes. */
const WINDOW_MS = 30_000;

interface Coming {
  /** By a monotonic clock. */
  readonly sinceMs: number;
  windowSinceMs: number;
  bytesAtWindow: number;
}

/** How long request bodies have been arriving. Complete ones are never tracked. */
export class SlowBodies {
  readonly #coming = new WeakMap<IncomingMessage, Coming>();

  /**
   * Call every few seconds for each request whose body is incomplete.
   *
   * @param bytesRead on its connection so far
   * @returns whether it takes too long
   */
  isTooSlow(request: IncomingMessage, bytesRead: number, nowMs: number): boolean {
    const coming = this.#coming.get(request);
    if (coming === undefined) {
      const since = { sinceMs: nowMs, windowSinceMs: nowMs, bytesAtWindow: bytesRead };
      this.#coming.set(request, since);
      return false;
    }
    const { mostMs, leastBytesPerS } = paceOf(request);
    if (nowMs - coming.sinceMs >= mostMs) return true;
    const windowMs = nowMs - coming.windowSinceMs;
    if (windowMs < WINDOW_MS) return false;
    const bytesPerS = ((bytesRead - coming.bytesAtWindow) * 1_000) / windowMs;
    coming.windowSinceMs = nowMs;
    coming.bytesAtWindow = bytesRead;
    return bytesPerS < leastBytesPerS;
  }
}
