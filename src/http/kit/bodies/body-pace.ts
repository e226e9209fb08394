import type { IncomingMessage } from 'node:http';

/** How long a request's body may take to arrive. */
interface BodyPace {
  readonly mostMs: number;
  /**
   * The minimum rate, averaged over each half minute; slower senders are cut off. 0: only the total
   * time counts.
   */
  readonly leastBytesPerS: number;
}

/** 1 MiB at 35 kB/s: no carrier sends more slowly. */
const QUICK: BodyPace = { mostMs: 30_000, leastBytesPerS: 0 };
/**
 * Five photos from a stairwell at 30 kbit/s. A network that drops for a while in each half minute
 * still reaches this rate; a client that sends a byte now and then does not.
 */
const SLOW: BodyPace = { mostMs: 600_000, leastBytesPerS: 500 };

/** The limit after which the server cuts off any sender. */
export const BODY_MS_MAX = SLOW.mostMs;

const PACE = Symbol('pace');

interface Paced extends IncomingMessage {
  [PACE]?: BodyPace;
}

/**
 * For authenticated senders with a limited number of concurrent requests.
 *
 * @returns a function that ends it; call it when the request ends, so that no further body
 *   arrives slowly after the response
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
