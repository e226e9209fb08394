import type { Throttle } from './throttle.ts';

/** Requests at once over all endpoints, and who waits for one: first come, first served. */
export interface Sockets {
  hasRoomFor(throttle: Throttle): boolean;
  /** Counts a request of that endpoint; what it answers ends it, once. */
  take(throttle: Throttle): () => void;
  /** There is none for it now: it waits for its turn. */
  queue(throttle: Throttle): void;
  /** Lets those that have waited longest begin, for as long as there is room. */
  admit(begin: (throttle: Throttle) => void): void;
  /** As many in trouble wait as get a request at once: nothing more is fetched for such. */
  isCrowdedFor(throttle: Throttle): boolean;
  waiting(): readonly Throttle[];
  inFlight(): number;
}

/** Each is a socket, and some hundred bytes more. */
const IN_FLIGHT_MAX = 1_000;
/** Of these, to endpoints whose last attempt failed: however many hang, the others have room. */
const TROUBLED_MAX = 250;

/** @param mayBegin called with the number of requests in progress; false: start none, even if a socket is free. */
export function createSockets(mayBegin: (inFlight: number) => boolean): Sockets {
  const inFlight = { all: 0, troubled: 0 };
  /** Apart, so that nobody has to pass those that share a small part to find one that need not. */
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
      // Whoever begins may have to wait again at once, at the end of what is gone through here: so
      // it is room that ends this, and a number where an endpoint waits again and leaves room.
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
