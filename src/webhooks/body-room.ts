/**
 * Limits the memory for pushes from unauthenticated senders. A signature can be checked only when
 * the last byte has arrived, so until then every sender is unknown and shares limited memory: by
 * address, by carrier and in total. Nothing waits for memory: when none is free, the push is asked
 * at once to be sent again later, because a waiting push also occupies a socket.
 */
export interface BodyRooms {
  /**
   * Reserves memory for one push; null if none is free. `bytes` is the announced length of its
   * body, 0 if unknown: a push that would not fit now is refused before it is read, but only
   * received bytes count, so that announcing a large body excludes nobody.
   */
  enter(from: PushSender, bytes: number): BodyRoom | null;
  /** Returns the bytes in use at present, for the gauge. */
  heldBytes(): number;
}

interface PushSender {
  readonly carrier: string;
  /** The sender's address, or the network that counts as one sender. */
  readonly network: string;
  /**
   * True if the headers alone have authenticated the sender, so that it needs no share of the
   * memory for unknown senders.
   */
  readonly proved: boolean;
}

/**
 * The memory of one push. It must be released whatever the outcome; releasing it twice changes
 * nothing.
 */
export interface BodyRoom {
  /**
   * Sets the memory of the body to `bytes`. False if that much is not free; nothing has changed
   * then.
   */
  hold(bytes: number): boolean;
  /**
   * Releases the memory.
   *
   * @param genuine whether its bytes have authenticated the sender, who from then on has memory
   * apart from that of unknown senders.
   */
  leave(genuine: boolean): void;
}

export interface BodyLimits {
  readonly bytesInAll: number;
  readonly bytesOfCarrier: number;
  /** The part of these for senders that have not sent anything authentic before. */
  readonly bytesOfUnknown: number;
  /** Reserved for the unknown senders of each carrier, and again for its known ones. */
  readonly reserve: number;
  readonly bytesOfNetwork: number;
  readonly sendersKnownMax: number;
}

const MIB = 1_048_576;

/**
 * Approximate size of the socket, parser and headers of a request that is being read. It counts
 * before the first byte, which limits the number of parallel requests.
 */
export const REQUEST_BYTES = 16_384;

/**
 * The default limits. Pushes have a few kilobytes and arrive whole with their headers, so few are
 * being read at once however many arrive in a second; the largest has 1 MiB. A flood must stay
 * below what a small machine has to spare: 24 MiB are a tenth of what an idle hub uses.
 */
export const BODY_LIMITS: BodyLimits = {
  bytesInAll: 24 * MIB,
  bytesOfCarrier: 12 * MIB,
  bytesOfUnknown: 6 * MIB,
  reserve: 2 * MIB,
  bytesOfNetwork: 3 * MIB,
  // A carrier pushes from a few dozen addresses; a name takes about 100 bytes.
  sendersKnownMax: 10_000,
};

/** Memory used by one kind of senders of one carrier. */
interface Share {
  held: number;
}

interface Shares {
  readonly unknown: Share;
  readonly known: Share;
}

/**
 * Creates the limiter.
 *
 * @param carriers those that push. If there are many, their reserves share half of the memory.
 */
export function createBodyRooms(
  carriers: readonly string[],
  limits: BodyLimits = BODY_LIMITS,
): BodyRooms {
  const sharesOf = new Map<string, Shares>(
    carriers.map((carrier) => [carrier, { unknown: { held: 0 }, known: { held: 0 } }]),
  );
  const shares = [...sharesOf.values()].flatMap(({ unknown, known }) => [unknown, known]);
  const fairReserve = Math.floor(limits.bytesInAll / 2 / Math.max(1, shares.length));
  const reserve = Math.min(limits.reserve, fairReserve);
  const bytesOfNetwork = new Map<string, number>();
  const senders = createKnownSenders(limits.sendersKnownMax);
  let held = 0;

  /**
   * Returns the bytes that are in use or reserved: for each share what it uses, or its reserve if
   * that is more. `growing` counts as if it used `delta` bytes more.
   */
  function committedBytes(growing: Share, delta: number): number {
    let sum = 0;
    for (const share of shares) {
      sum += Math.max(share.held + (share === growing ? delta : 0), reserve);
    }
    return sum;
  }

  /** Whether `delta` more bytes exceed no limit. A share's reserve is always free for it. */
  function fits(both: Shares, share: Share, network: string, delta: number): boolean {
    if ((bytesOfNetwork.get(network) ?? 0) + delta > limits.bytesOfNetwork) return false;
    if (both.unknown.held + both.known.held + delta > limits.bytesOfCarrier) return false;
    if (share === both.unknown && share.held + delta > limits.bytesOfUnknown) return false;
    return share.held + delta <= reserve || committedBytes(share, delta) <= limits.bytesInAll;
  }

  /** Adds `delta` bytes to all counters; negative when memory is released. */
  function changeHeld(share: Share, network: string, delta: number): void {
    held += delta;
    share.held += delta;
    const networkBytes = (bytesOfNetwork.get(network) ?? 0) + delta;
    if (networkBytes === 0) bytesOfNetwork.delete(network);
    else bytesOfNetwork.set(network, networkBytes);
  }

  return {
    enter(from, bytes) {
      const both = sharesOf.get(from.carrier);
      if (both === undefined) return null;
      const { network } = from;
      const share = from.proved || senders.has(from) ? both.known : both.unknown;
      if (!fits(both, share, network, REQUEST_BYTES + bytes)) return null;
      let ownBytes = REQUEST_BYTES;
      changeHeld(share, network, ownBytes);
      return {
        hold(bytes) {
          const delta = REQUEST_BYTES + bytes - ownBytes;
          if (delta === 0) return true;
          if (!fits(both, share, network, delta)) return false;
          changeHeld(share, network, delta);
          ownBytes += delta;
          return true;
        },
        leave(genuine) {
          changeHeld(share, network, -ownBytes);
          ownBytes = 0;
          if (genuine) senders.add(from);
        },
      };
    },
    heldBytes: () => held,
  };
}

/**
 * Remembers the addresses that have sent an authentic push for a carrier; the one without a push
 * for longest is removed first.
 */
function createKnownSenders(sendersMax: number) {
  const known = new Set<string>();
  const nameOf = ({ carrier, network }: PushSender) => `${carrier} ${network}`;
  return {
    has: (sender: PushSender) => known.has(nameOf(sender)),
    add(sender: PushSender): void {
      const name = nameOf(sender);
      known.delete(name);
      known.add(name);
      const [oldest] = known;
      if (known.size > sendersMax && oldest !== undefined) known.delete(oldest);
    },
  };
}
