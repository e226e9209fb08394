import { isAnyFit, type OnShift, type Ranked, rankCouriers, type Wanted } from './rank-couriers.ts';

/** Radius of each round of offers around the pickup, metres. */
export const RINGS_M = [500, 1_000, 5_000] as const;
/** How many couriers get an offer at once, and how long before others get it, too. */
const COURIERS_AT_ONCE = 3;
const ROUND_MS = 2_000;
/**
 * Once everyone nearby has had an offer, how often to check for couriers who start work or come
 * nearer.
 */
const QUEUED_PASS_MS = 15_000;
/** Maximum number of open offers for a courier. */
const OFFERS_AT_ONCE = 1;
/** When the next pass follows while more couriers are still being read. */
const UNREAD_PASS_MS = 1_000;

/** The state of an open delivery's offers. */
export interface OfferState {
  /** The number of rounds begun so far. */
  readonly rounds: number;
  /** The couriers who have had an offer, whatever the outcome. */
  readonly offered: ReadonlySet<string>;
  readonly isQueued: boolean;
}

export interface NextRound {
  /** The number of rounds begun now. */
  readonly rounds: number;
  readonly asks: readonly Ranked[];
  /** Whether no couriers are left, so that a dispatcher should look at it. */
  readonly isQueued: boolean;
  readonly passInMs: number;
}

/**
 * Chooses the couriers to offer a delivery next. An empty ring costs no time: the next ring follows
 * at once. Couriers with another open offer are skipped, and waited for while there are any. Within
 * a ring, couriers who may still be reading an expired offer come last. In burst mode they come
 * after the free couriers of all rings, and a ring with too few is filled from the next, because
 * most couriers near the pickup are busy then. Pure.
 * @param around.busy the number of open offers of each courier, by id.
 * @param around.isWhole false: there may be other couriers, so a shortage means nothing.
 */
export function nextRound(
  wanted: Wanted,
  state: OfferState,
  around: {
    readonly couriers: readonly OnShift[];
    readonly isWhole: boolean;
    readonly busy: ReadonlyMap<string, number>;
    /** Whether this courier got an offer a moment ago, by id; absent: none did. */
    readonly isReading?: (courierId: string) => boolean;
    /**
     * Whether there is a burst: so many deliveries find couriers that most couriers have an offer.
     * Absent: no.
     */
    readonly isRush?: boolean;
    readonly nowMs: number;
  },
): NextRound {
  const { couriers, busy, nowMs, isReading = () => false, isRush = false } = around;
  const isOffered = ({ courierId }: OnShift) => state.offered.has(courierId);
  const isBusy = ({ courierId }: OnShift) => (busy.get(courierId) ?? 0) >= OFFERS_AT_ONCE;
  const found = new Set<string>();
  const skips = (courier: OnShift) =>
    isBusy(courier) || isOffered(courier) || found.has(courier.courierId);
  const last = RINGS_M.length - 1;
  const [free, reading]: [Ranked[], Ranked[]] = [[], []];
  let nearest: number | null = null;
  for (let ring = Math.min(state.rounds, last); ring <= last; ring += 1) {
    const radiusM = RINGS_M[ring] ?? 0;
    for (const each of rankCouriers(wanted, couriers, { radiusM, nowMs, skips })) {
      found.add(each.courier.courierId);
      (isReading(each.courier.courierId) ? reading : free).push(each);
      nearest ??= ring;
    }
    if (isRush ? free.length >= COURIERS_AT_ONCE : nearest !== null) break;
  }
  if (nearest !== null) {
    const rounds = state.isQueued ? state.rounds : nearest + 1;
    const passInMs = state.isQueued ? QUEUED_PASS_MS : ROUND_MS;
    const asks = [...free, ...reading].slice(0, COURIERS_AT_ONCE);
    return { rounds, asks, isQueued: state.isQueued, passInMs };
  }
  // All remaining couriers have other open offers, which take them a few seconds.
  const farthest = { radiusM: RINGS_M[last] ?? 0, nowMs, skips: isOffered };
  if (isAnyFit(wanted, couriers, farthest)) {
    return { rounds: state.rounds, asks: [], isQueued: state.isQueued, passInMs: BUSY_PASS_MS };
  }
  if (!around.isWhole) {
    return { rounds: state.rounds, asks: [], isQueued: state.isQueued, passInMs: UNREAD_PASS_MS };
  }
  return { rounds: RINGS_M.length, asks: [], isQueued: true, passInMs: QUEUED_PASS_MS };
}

const BUSY_PASS_MS = 500;
