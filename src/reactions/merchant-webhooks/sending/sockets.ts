import type { Throttle } from './throttle.ts';

/**
 * Limits the concurrent requests over all endpoints. Endpoints that wait for a request are served
 * in the order of their waiting.
 */
export interface Sockets {
  hasRoomFor(throttle: Throttle): boolean;
  /** Counts a request to that endpoint. Call the returned function once, when the request ends. */
  take(throttle: Throttle): () => void;
  /** Lets an endpoint wait for its turn, because there is no free socket for it now. */
  queue(throttle: Throttle): void;
  /**
   * Calls `begin` for the endpoints that have waited longest, as long as there are free sockets.
   */
  admit(begin: (throttle: Throttle) => void): void;
  /**
   * Whether the endpoint is in trouble and as many such endpoints wait as may have requests at
   * once: then nothing more is fetched for it.
   */
  isCrowdedFor(throttle: Throttle): boolean;
  waiting(): readonly Throttle[];
  inFlight(): number;
}

/** The maximum number of concurrent requests. Each is a socket and some hundred bytes. */
const IN_FLIGHT_MAX = 1_000;
/**
 * The maximum for endpoints whose last attempt failed: however many of them hang, the others have
 * room.
 */
const TROUBLED_MAX = 250;

/**
 * @param mayBegin called with the number of requests in progress; false: no request may start, even
 *   if a socket is free.
 */
export function createSockets(mayBegin: (inFlight: number) => boolean): Sockets {
  const inFlight = { all: 0, troubled: 0 };
  /**
   * The waiting endpoints. Those in trouble are in a set of their own: they share a small part of
   * the sockets, and must not block the others.
   */
  const well = new Set<Throttle>();
  const troubled = new Set<Throttle>();
  const hasRoom = (isTroubled: boolean): boolean =>
    inFlight.all < IN_FLIGHT_MAX &&
    mayBegin(inFlight.all) &&
    (!isTroubled || inFlight.troubled < TROUBLED_MAX);

  return {
    hasRoomFor: (throttle) => hasRoom(throttle.isTroubled),
    take({ isTroubled }) {
      const troubledToo = isTroubled ? 1 : 0;
      inFlight.all += 1;
      inFlight.troubled += troubledToo;
      return () => {
        inFlight.all -= 1;
        inFlight.troubled -= troubledToo;
      };
    },
    queue(throttle) {
      if (well.has(throttle) || troubled.has(throttle)) return;
      (throttle.isTroubled ? troubled : well).add(throttle);
    },
    admit(begin) {
      // An endpoint that begins may have to wait again at once, at the end of the same set. So the
      // loop ends when there is no more room, or after as many endpoints as were waiting.
      for (const [throttles, isTroubled] of [[well, false] as const, [troubled, true] as const]) {
        for (let left = throttles.size; left > 0 && hasRoom(isTroubled); left -= 1) {
          const [throttle] = throttles;
          if (throttle === undefined) break;
          throttles.delete(throttle);
          begin(throttle);
        }
      }
    },
    isCrowdedFor: (throttle) => throttle.isTroubled && troubled.size >= TROUBLED_MAX,
    waiting: () => [...well, ...troubled],
    inFlight: () => inFlight.all,
  };
}
