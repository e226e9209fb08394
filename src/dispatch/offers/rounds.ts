import { isAnyFit, type OnShift, type Ranked, rankCouriers, type Wanted } from './rank-couriers.ts';

/** How far around the pickup couriers are asked, round by round, metres. */
export const RINGS_M = [500, 1_000, 5_000] as const;
/** So many are asked at once, and so long before others are asked, too. */
const COURIERS_AT_ONCE = 3;
const ROUND_MS = 2_000;
/** When everybody near has been asked, whoever comes to work or nearer is asked this often. */
const QUEUED_PASS_MS = 15_000;
/** A courier looks at so many offers at once: who has this many is not asked for another. */
const OFFERS_AT_ONCE = 1;
/** Until then more couriers are read, where not all are known. */
const UNREAD_PASS_MS = 1_000;

/** How an open delivery stands. */
export interface OfferState {
  /** The rounds that were begun. */
  readonly rounds: number;
  /** Who has been asked, whatever came of it. */
  readonly offered: ReadonlySet<string>;
  readonly isQueued: boolean;
}

export interface NextRound {
  /** The number of rounds begun now. */
  readonly rounds: number;
  readonly asks: readonly Ranked[];
  /** Nobody is left to be asked: a dispatcher is to look. */
  readonly isQueued: boolean;
  readonly passInMs: number;
}

/**
 * Whom to ask next. A ring with nobody in it costs no time: the next one is asked at once. Couriers
 * who are busy with an offer are passed over for now, and waited for while there are any. Of those in a ring,
 * who may still be reading what is gone comes last. In a rush they come behind the free ones of all rings, and
 * where a ring has too few of these, the next makes up for them: near the pickup most are busy then. Pure.
 *
 * @param around.busy how many offers each courier is looking at, by id.
 * @param around.isWhole false: there may be other couriers, and that these are too few says nothing.
 */
export function nextRound(
  wanted: Wanted,
  state: OfferState,
  around: {
    readonly couriers: readonly OnShift[];
    readonly isWhole: boolean;
    readonly busy: ReadonlyMap<string, number>;
    /** Whether this one was asked a moment ago, by id; absent: nobody was. */
    readonly isReading?: (courierId: string) => boolean;
    /** Couriers are found for so many deliveries that most are asked for something; absent: they are not. */
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
  // All who might be asked are looking at other offers, which takes them a few seconds.
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
