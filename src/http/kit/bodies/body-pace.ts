import type { IncomingMessage } from 'node:http';

/** How long the body of a request may take to come. */
export interface BodyPace {
  readonly mostMs: number;
  /** On the average of each half minute; slower ones are cut. 0: only the whole counts. */
  readonly leastBytesPerS: number;
}

/** 1 MiB at 35 kB/s: slower senders than that do not exist among carriers. */
const QUICK: BodyPace = { mostMs: 30_000, leastBytesPerS: 0 };
/**
 * Five photos from a stairwell with 30 kbit/s. A network that is away for a while in each half minute
 * still has this rate; who sends a byte now and then has not.
 */
const SLOW: BodyPace = { mostMs: 600_000, leastBytesPerS: 500 };

/** What the server itself cuts off, whoever sends it. */
export const BODY_MS_MAX = SLOW.mostMs;

const PACE = Symbol('pace');

interface Paced extends IncomingMessage {
  [PACE]?: BodyPace;
}

/**
 * For senders who are known and may have only so many requests under way.
 *
 * @returns what ends it: to be called with the request, so that nobody goes on behind the answer
 */
export function allowSlowBody(request: Paced): () => void {
  request[PACE] = SLOW;
  return () => {
    request[PACE] = QUICK;
  };
}

export function paceOf(request: Paced): BodyPace {
  return request[PACE] ?? QUICK;
}
