import type { Tenant } from '../../kernel/tenant.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Verdict } from '../judge-fix.ts';
import type { PlaceStore } from '../places/place-store.ts';
import type { PositionFault } from './position.ts';
import type { Roster, Tracked } from './roster.ts';

export type PositionResult =
  | { readonly outcome: 'accepted'; readonly notShown: Exclude<Verdict, 'shown'> | null }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'rejected'; readonly fault: PositionFault };

/** Whose positions they may be. */
export interface PositionSender {
  readonly tenant: Tenant;
  /** The id on the wire of whom all are about; null: each says so itself. */
  readonly courierId: string | null;
  /** How far the sender's clock is ahead; null: it did not say. */
  readonly clockOffsetMs: number | null;
}

/** Where trails are written. */
export interface TrailSink {
  /** False: it cannot take more now. */
  readonly hasRoom: boolean;
  /**
   * @param ids where the words of the courier's id stand, from `idAt` on
   * @param at where the position's numbers stand in `values` (`position-columns.ts`)
   * @param verdict its place in `VERDICTS`
   */
  add(ids: Int32Array, idAt: number, values: Float64Array, at: number, verdict: number): void;
}

export interface PositionIntake {
  /**
   * Takes positions in the order given. What is accepted is in memory, and on disk within a second.
   *
   * @returns a result for each; null: no more fit now, and none was taken
   */
  take(
    sender: PositionSender,
    rows: readonly unknown[],
  ): readonly PositionResult[] | null | Promise<readonly PositionResult[] | null>;
  /**
   * The same of a request's bytes, at once, where it is written plainly, all couriers are known to be on
   * shift, and places are in this process.
   *
   * @param admit is told how many there are before any of them is taken; what it throws is passed on
   * @returns null: nothing was taken; `take` is to be asked
   */
  takePlain(
    sender: PositionSender,
    bytes: Buffer,
    admit: (many: number) => void,
  ): readonly PositionResult[] | null;
}

export interface PositionIntakeDeps {
  readonly roster: Roster;
  readonly places: PlaceStore;
  readonly trails: TrailSink;
  /** Which of these are the tenant's, on shift or not; ids of the wire. */
  readonly ownCouriers: (
    tenant: Tenant,
    wireIds: readonly string[],
  ) => Promise<ReadonlySet<string>>;
  readonly retentionMs: number;
  readonly clock: Clock;
  readonly count: (outcome: string, many: number) => void;
}

export const AHEAD_MS_MAX = 60_000;
/** Smaller differences are the network's, not the clock's. */
const OFFSET_MIN_MS = 2_000;

export const SHOWN: PositionResult = { outcome: 'accepted', notShown: null };
export const ACCEPTED: Readonly<Record<Verdict, PositionResult>> = {
  shown: SHOWN,
  older: { outcome: 'accepted', notShown: 'older' },
  inaccurate: { outcome: 'accepted', notShown: 'inaccurate' },
  jump: { outcome: 'accepted', notShown: 'jump' },
};
export const DUPLICATE: PositionResult = { outcome: 'duplicate' };

/** What is to be taken off the times of a sender whose clock is wrong. */
export function correctionOf({ clockOffsetMs: aheadMs }: PositionSender): number {
  return aheadMs === null || Math.abs(aheadMs) < OFFSET_MIN_MS ? 0 : Math.round(aheadMs);
}

export function isOf(
  { tenant: own }: Pick<Tracked, 'tenant'>,
  { merchantId, mode }: Tenant,
): boolean {
  return own.merchantId === merchantId && own.mode === mode;
}
