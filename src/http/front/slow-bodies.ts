import type { IncomingMessage } from 'node:http';
import { paceOf } from '../kit/bodies/body-pace.ts';

/** The rate of a sender is looked at over so long: a phone's network comes and goes. */
const WINDOW_MS = 30_000;

interface Coming {
  /** By a clock that only goes on. */
  readonly sinceMs: number;
  windowSinceMs: number;
  bytesAtWindow: number;
}

/** How long the bodies of requests have been coming. One that is here was never looked at. */
export class SlowBodies {
  readonly #coming = new WeakMap<IncomingMessage, Coming>();

  /**
   * To be asked every few seconds of each request whose body is not here yet.
   *
   * @param bytesRead of its connection so far
   * @returns whether it has taken too long
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
