import { seededShare } from '../samples/places-near.ts';

/** The faults that can be injected into the sandbox. */
export const FAULT_KINDS = [
  /** No call works. `how` says whether calls are refused, hang, or are answered as unavailable. */
  'outage',
  'server_errors',
  'slow',
  /** Every call is answered with a request to wait, although it is within the limits. */
  'rate_limited',
  'token_throttled',
  'push_silence',
  'push_lost',
  'push_twice',
  'push_late',
  /** Each push waits a random part of `delay_ms`, so that pushes overtake one another. */
  'push_shuffled',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultWanted {
  readonly kind: FaultKind;
  /** The carrier that it affects; absent: all. */
  readonly carrier?: string | undefined;
  /** The account that it affects; absent: all. */
  readonly account?: string | undefined;
  /** The share of the calls or pushes that it affects; absent: 1, all of them. */
  readonly share?: number | undefined;
  /** The delay, for `slow`, `push_late` and `push_shuffled`; absent: one minute. */
  readonly delayMs?: number | undefined;
  /** How calls fail, for `outage`; absent: `unavailable`. */
  readonly how?: 'unavailable' | 'refused' | 'hangs' | undefined;
  /**
   * When it begins and ends, epoch milliseconds of the sandbox's clock; absent: now, and when it is
   * lifted.
   */
  readonly fromMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

export interface Fault extends FaultWanted {
  readonly id: string;
  readonly fromMs: number;
  readonly share: number;
  readonly delayMs: number;
}

export interface Faults {
  add(wanted: FaultWanted): Fault;
  /** Ends a fault; returns false when there is none with this id. */
  lift(id: string): boolean;
  liftAll(): void;
  list(): readonly Fault[];
  /**
   * The newest fault of this kind that affects a call or push; `words` decide whether it belongs to
   * the fault's share.
   */
  touching(
    kind: FaultKind,
    where: { readonly carrier: string; readonly account: string | null; readonly nowMs: number },
    ...words: readonly (string | number)[]
  ): Fault | null;
}

const DELAY_MS = 60_000;

/**
 * Creates the list of active faults. The seed decides which calls a fault affects that has a share.
 */
export function createFaults(seed: string, nowMs: () => number): Faults {
  let faults: Fault[] = [];
  let count = 0;
  return {
    add(wanted) {
      count += 1;
      const fault = {
        ...wanted,
        id: String(count),
        fromMs: wanted.fromMs ?? nowMs(),
        share: wanted.share ?? 1,
        delayMs: wanted.delayMs ?? DELAY_MS,
      };
      faults.push(fault);
      return fault;
    },
    lift(id) {
      const before = faults.length;
      faults = faults.filter((fault) => fault.id !== id);
      return faults.length < before;
    },
    liftAll() {
      faults = [];
    },
    list: () => faults,
    touching(kind, where, ...words) {
      const found = faults.filter(
        (fault) =>
          fault.kind === kind &&
          (fault.carrier ?? where.carrier) === where.carrier &&
          (fault.account ?? where.account) === where.account &&
          fault.fromMs <= where.nowMs &&
          where.nowMs < (fault.untilMs ?? Number.POSITIVE_INFINITY) &&
          (fault.share >= 1 || seededShare(seed, fault.id, where.carrier, ...words) < fault.share),
      );
      return found.at(-1) ?? null;
    },
  };
}
