/**
 * Limits the memory for pushes from unauthenticated senders. A signature can be checked only when
 * the last byte has arrived, so until then every sender is unknown and shares limited memory: by
 * address, by carrier and in total. Nothing waits for memory: when none is free, the push is asked
 * at once to retry later, because a waiting push also holds a socket.
 */
export interface BodyRooms {
  /**
   * Memory for one push; null: none is free. `bytes` is the announced length of its body, 0 if
   * unknown: a push that would not fit now is refused before it is read, but only received bytes
   * count, so that announcing a lot excludes nobody.
   */
  enter(from: PushSender, bytes: number): BodyRoom | null;
  /** Bytes held at present, for the gauge. */
  heldBytes(): number;
}

export interface PushSender {
  readonly carrier: string;
  /** The address, or the network that counts as one. */
  readonly network: string;
  /** True where the headers alone have proved the sender: it needs no place among strangers. */
  readonly proved: boolean;
}

/** One push's share, to be released whatever its result; releasing it again changes nothing. */
export interface BodyRoom {
  /** The body takes `bytes` of memory from now on. False: not possible, and nothing has changed. */
  hold(bytes: number): boolean;
  /** @param genuine its bytes have proved its sender, who will find room among strangers' floods. */
  leave(genuine: boolean): void;
}

export interface BodyLimits {
  readonly bytesInAll: number;
  readonly bytesOfCarrier: number;
  /** Of these, what senders may hold that have not sent it anything genuine before. */
  readonly bytesOfStrangers: number;
  /** Reserved for the unknown senders of each carrier, and again for its known ones. */
  readonly reserve: number;
  readonly bytesOfNetwork: number;
  readonly sendersKnownMax: number;
}

const MIB = 1_048_576;

/**
 * Approximate size of socket, parser and headers of a request that is being read: counts before its
 * first byte, which limits the number of parallel requests.
 */
export const REQUEST_BYTES = 16_384;

/**
 * Pushes have some kilobytes and come whole with their head, so that few are under way at once
 * however many come in a second; the largest has 1 MiB. A flood must stay below what a small
 * machine has to spare: 24 MiB are a tenth of what an idle hub takes.
 */
export const BODY_LIMITS: BodyLimits = {
  bytesInAll: 24 * MIB,
  bytesOfCarrier: 12 * MIB,
  bytesOfStrangers: 6 * MIB,
  reserve: 2 * MIB,
  bytesOfNetwork: 3 * MIB,
  // A carrier pushes from some dozens of addresses; a name takes about 100 bytes.
  sendersKnownMax: 10_000,
};

/** Memory held by one kind of senders of one carrier. */
interface Share {
  held: number;
}

interface Shares {
  readonly strangers: Share;
  readonly known: Share;
}

/** @param carriers those that push. Where many do, their reserves share half of what there is. */
export function createBodyRooms(
  carriers: readonly string[],
  limits: BodyLimits = BODY_LIMITS,
): BodyRooms {
  const sharesOf = new Map<string, Shares>(
    carriers.map((carrier) => [carrier, { strangers: { held: 0 }, known: { held: 0 } }]),
  );
  const shares = [...sharesOf.values()].flatMap(({ strangers, known }) => [strangers, known]);
  const fairReserve = Math.floor(limits.bytesInAll / 2 / Math.max(1, shares.length));
  const reserve = Math.min(limits.reserve, fairReserve);
  const ofNetwork = new Map<string, number>();
  const senders = createKnownSenders(limits.sendersKnownMax);
  let held = 0;

  /** Bytes that are spoken for: a lane's own, or its reserve where it holds less. */
  function spokenFor(wanting: Share, more: number): number {
    let sum = 0;
    for (const share of shares) {
      sum += Math.max(share.held + (share === wanting ? more : 0), reserve);
    }
    return sum;
  }

  function fits(both: Shares, share: Share, network: string, more: number): boolean {
    if ((ofNetwork.get(network) ?? 0) + more > limits.bytesOfNetwork) return false;
    if (both.strangers.held + both.known.held + more > limits.bytesOfCarrier) return false;
    if (share === both.strangers && share.held + more > limits.bytesOfStrangers) return false;
    return share.held + more <= reserve || spokenFor(share, more) <= limits.bytesInAll;
  }

  function take(share: Share, network: string, more: number): void {
    held += more;
    share.held += more;
    const left = (ofNetwork.get(network) ?? 0) + more;
    if (left === 0) ofNetwork.delete(network);
    else ofNetwork.set(network, left);
  }

  return {
    enter(from, bytes) {
      const both = sharesOf.get(from.carrier);
      if (both === undefined) return null;
      const { network } = from;
      const share = from.proved || senders.has(from) ? both.known : both.strangers;
      if (!fits(both, share, network, REQUEST_BYTES + bytes)) return null;
      let mine = REQUEST_BYTES;
      take(share, network, mine);
      return {
        hold(now) {
          const more = REQUEST_BYTES + now - mine;
          if (more === 0) return true;
          if (!fits(both, share, network, more)) return false;
          take(share, network, more);
          mine += more;
          return true;
        },
        leave(genuine) {
          take(share, network, -mine);
          mine = 0;
          if (genuine) senders.add(from);
        },
      };
    },
    heldBytes: () => held,
  };
}

/**
 * Addresses that have sent an authentic push for a carrier; the one silent for longest is removed
 * first.
 */
function createKnownSenders(most: number) {
  const known = new Set<string>();
  const nameOf = ({ carrier, network }: PushSender) => `${carrier} ${network}`;
  return {
    has: (sender: PushSender) => known.has(nameOf(sender)),
    add(sender: PushSender): void {
      const name = nameOf(sender);
      known.delete(name);
      known.add(name);
      const [oldest] = known;
      if (known.size > most && oldest !== undefined) known.delete(oldest);
    },
  };
}
