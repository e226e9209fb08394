import type { Gate } from './gate.ts';

/** Requests at once over all endpoints, and who waits for one: first come, first served. */
export interface Sockets {
  hasRoomFor(gate: Gate): boolean;
  /** Counts a request of that endpoint; what it answers ends it, once. */
  take(gate: Gate): () => void;
  /** There is none for it now: it waits for its turn. */
  queue(gate: Gate): void;
  /** Lets those that have waited longest begin, for as long as there is room. */
  admit(begin: (gate: Gate) => void): void;
  /** As many in trouble wait as get a request at once: nothing more is fetched for such. */
  isCrowdedFor(gate: Gate): boolean;
  waiting(): readonly Gate[];
  inFlight(): number;
}

/** Each is a socket, and some hundred bytes more. */
const IN_FLIGHT_MAX = 1_000;
/** Of these, to endpoints whose last attempt failed: however many hang, the others have room. */
const TROUBLED_MAX = 250;

/** @param mayBegin false: nothing may, whatever is free. */
export function createSockets(mayBegin: () => boolean): Sockets {
  const inFlight = { all: 0, troubled: 0 };
  /** Apart, so that nobody has to pass those that share a small part to find one that need not. */
  const well = new Set<Gate>();
  const troubled = new Set<Gate>();
  const hasRoom = (isTroubled: boolean): boolean =>
    inFlight.all < IN_FLIGHT_MAX && mayBegin() && (!isTroubled || inFlight.troubled < TROUBLED_MAX);

  return {
    hasRoomFor: (gate) => hasRoom(gate.isTroubled),
    take({ isTroubled }) {
      const troubledToo = isTroubled ? 1 : 0;
      inFlight.all += 1;
      inFlight.troubled += troubledToo;
      return () => {
        inFlight.all -= 1;
        inFlight.troubled -= troubledToo;
      };
    },
    queue(gate) {
      if (well.has(gate) || troubled.has(gate)) return;
      (gate.isTroubled ? troubled : well).add(gate);
    },
    admit(begin) {
      // Whoever begins may have to wait again at once, at the end of what is gone through here: so
      // it is room that ends this, and a number where an endpoint waits again and leaves room.
      for (const [gates, isTroubled] of [[well, false] as const, [troubled, true] as const]) {
        for (let left = gates.size; left > 0 && hasRoom(isTroubled); left -= 1) {
          const [gate] = gates;
          if (gate === undefined) break;
          gates.delete(gate);
          begin(gate);
        }
      }
    },
    isCrowdedFor: (gate) => gate.isTroubled && troubled.size >= TROUBLED_MAX,
    waiting: () => [...well, ...troubled],
    inFlight: () => inFlight.all,
  };
}
