import type { Tenant } from '../../../kernel/tenant.ts';
import type { Channel, ChannelKind } from '../contract.ts';
import type { AttemptMade } from './attempts.sql.ts';

/**
 * Limits sends in progress: in total, and per throttle. A throttle is whatever can be slow by
 * itself: a provider account, or the merchant where the merchant sets the target. A throttle with a
 * hanging server uses a few slots and does not block others' mail.
 */
export interface Throttles {
  /** Distributes the free slots, one to each in turn, in the order of the ring. */
  shareOut(queues: readonly Queue[]): readonly Share[];
  begin(throttle: Throttle): void;
  /**
   * Ends a send.
   *
   * @param tried its result; null when nothing was tried.
   */
  end(throttle: Throttle, tried: AttemptResult | null): void;
}

export interface Throttle {
  readonly key: string;
  /** Whether it is the installation's own account, by which most merchants' messages are sent. */
  readonly isShared: boolean;
}

/** A tenant with due messages, and the throttle that applies to it. */
export interface Queue {
  readonly tenant: Tenant;
  readonly throttle: Throttle;
}

interface Share {
  readonly queue: Queue;
  readonly many: number;
}

/** The result of an attempt, as far as it matters for later ones. */
export interface AttemptResult {
  readonly isAccepted: boolean;
  readonly tookMs: number;
}

/**
 * The maximum of concurrent sends per kind: enough for 250 a second at a provider's usual 500 ms.
 */
const ALL_MAX = 128;
/**
 * Of these, the maximum for new and troubled throttles together: half is reserved for the others.
 */
const DOUBTFUL_MAX = 64;
/** The maximum of concurrent sends per throttle: more than any provider likes. */
const THROTTLE_MAX = 32;
/** Initial limit of a throttle; it grows with every accepted message. */
const THROTTLE_START = 4;
/** Limit after timeouts: enough to detect recovery. */
const THROTTLE_MIN = 1;
/**
 * A failure that takes longer than this is slow. A faster one does not occupy a slot for long,
 * however often it happens.
 */
const SLOW_MS = 5_000;
/** The maximum number of throttles in memory; a dropped one starts over. */
const THROTTLES_MAX = 10_000;

interface State {
  readonly isShared: boolean;
  slots: number;
  underWay: number;
}

export function openThrottles(): Throttles {
  const states = new Map<string, State>();
  /** The throttles through which something is being sent. */
  const busy = new Set<State>();

  function stateOf({ key, isShared }: Throttle): State {
    const known = states.get(key);
    if (known !== undefined) return known;
    if (states.size >= THROTTLES_MAX) {
      for (const [idle, { underWay }] of states) if (underWay === 0) states.delete(idle);
    }
    const state = { isShared, slots: isShared ? THROTTLE_MAX : THROTTLE_START, underWay: 0 };
    states.set(key, state);
    return state;
  }

  return {
    shareOut(queues) {
      const underWay = [...busy];
      const doubted = underWay.filter(isDoubtful);
      let free = ALL_MAX - sum(underWay);
      let freeDoubtful = DOUBTFUL_MAX - sum(doubted);
      const shares = queues.map((queue) => ({ queue, state: stateOf(queue.throttle), many: 0 }));
      const perState = new Map<State, number>();
      for (let given = true; given && free > 0; ) {
        given = false;
        for (const share of shares) {
          const { state } = share;
          const more = perState.get(state) ?? 0;
          const isDoubted = isDoubtful(state);
          if (free === 0 || state.underWay + more >= state.slots) continue;
          if (isDoubted && freeDoubtful <= 0) continue;
          perState.set(state, more + 1);
          free -= 1;
          if (isDoubted) freeDoubtful -= 1;
          share.many += 1;
          given = true;
        }
      }
      return shares
        .filter(({ many: count }) => count > 0)
        .map(({ queue, many: count }) => ({ queue, many: count }));
    },
    begin(throttle) {
      const state = stateOf(throttle);
      state.underWay += 1;
      busy.add(state);
    },
    end(throttle, tried) {
      const state = stateOf(throttle);
      state.underWay -= 1;
      if (state.underWay === 0) busy.delete(state);
      if (tried === null) return;
      if (tried.isAccepted) state.slots = Math.min(THROTTLE_MAX, state.slots * 2);
      else if (tried.tookMs >= SLOW_MS) state.slots = Math.max(THROTTLE_MIN, state.slots >> 1);
    },
  };
}

function isDoubtful({ isShared, slots }: State): boolean {
  return !isShared && slots <= THROTTLE_START;
}

function sum(states: readonly State[]): number {
  return states.reduce((count, { underWay }) => count + underWay, 0);
}

/** The throttle that applies to a tenant's messages of a kind. */
export function throttleOf(
  kind: ChannelKind,
  tenant: Tenant,
  channels: readonly Channel[],
): Throttle {
  const accounts = channels.map(accountOf).join(' ');
  // The merchant's people set the target, whoever's account is used.
  const isTheirs = kind === 'webhook' || kind === 'push';
  const key = isTheirs ? `${accounts} ${tenant.merchantId} ${tenant.mode}` : accounts;
  const isOwn = channels.some(({ account }) => account !== undefined);
  return { key, isShared: !isTheirs && !isOwn };
}

/** Names a channel's account; the provider recognizes a repeat only within one account. */
export function accountOf({ account, provider }: Pick<Channel, 'account' | 'provider'>): string {
  return account ?? provider;
}

/**
 * Chooses the channel of a message. A message begun through one account continues with it while it
 * exists. If it may have been sent through one, no other repeats it, because the duplicate would
 * not be recognized. Pure.
 *
 * @param before the earlier attempts, latest first.
 * @param forgotten the number of earlier attempts that no longer count, because a person has had
 *   the message sent again since.
 * @returns null when there is no channel; `in_doubt` when the message may have been sent and a
 *   repeat would not be recognized.
 */
export function chooseChannel(
  channels: readonly Channel[],
  before: readonly AttemptMade[],
  forgotten: number,
  to: string,
): Channel | 'in_doubt' | null {
  const fit = channels.filter((channel) => channel.takes?.(to) ?? true);
  const channelFor = (attempt: AttemptMade | undefined) =>
    attempt && fit.find((channel) => accountOf(channel) === attempt.account);
  const doubtful = before.find(({ outcome }) => outcome === 'unknown' || outcome === null);
  const lastCounted = before.find(({ nr }) => nr > forgotten);
  if (doubtful === undefined) return channelFor(lastCounted) ?? fit[0] ?? null;
  const sameChannel = channelFor(doubtful);
  return sameChannel === undefined || sameChannel.repeat === 'never' ? 'in_doubt' : sameChannel;
}
