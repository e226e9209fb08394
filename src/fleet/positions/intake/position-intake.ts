import type { Tenant } from '../../../kernel/tenant.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Verdict } from '../judge-fix.ts';
import type { PlaceStore } from '../places/place-store.ts';
import type { Position, PositionFault } from './position.ts';
import type { Roster, Tracked } from './roster.ts';

export type PositionResult =
  | { readonly outcome: 'accepted'; readonly notShown: Exclude<Verdict, 'shown'> | null }
  | { readonly outcome: 'duplicate' }
  | { readonly outcome: 'rejected'; readonly fault: PositionFault };

/** Whose positions a sender may report. */
export interface PositionSender {
  readonly tenant: Tenant;
  /** The wire id of the courier of all positions; null: each names its own. */
  readonly courierId: string | null;
  /** How far the sender's clock is ahead, in ms; null: not reported. */
  readonly clockOffsetMs: number | null;
  /** Whether they were read from a topic, and so are not published to one. */
  readonly isTopic?: boolean;
}

/** Writes trails. */
export interface TrailSink {
  /** Whether positions can be added; false: it is full at the moment. */
  readonly hasRoom: boolean;
  /**
   * Adds a position to a courier's trail.
   * @param ids the words of the courier's id, from `idAt` on
   * @param at where the position's numbers begin in `values`
   * @param verdict its index in `VERDICTS`
   */
  add(ids: Int32Array, idAt: number, values: Float64Array, at: number, verdict: number): void;
}

export interface PositionIntake {
  /**
   * Accepts positions in the given order. Accepted ones are in memory, and on disk within a second.
   * @returns a result for each; null: there is no room at the moment, and none was accepted
   */
  take(
    sender: PositionSender,
    rows: readonly unknown[],
  ): readonly PositionResult[] | null | Promise<readonly PositionResult[] | null>;
  /**
   * Does the same as `take` directly from a request's bytes, if they are in plain form, all
   * couriers are known to be on shift, and places are in this process.
   * @param admit receives the number of positions before any is accepted; its exceptions are passed
   * on
   * @returns null: none was accepted; use `take`
   */
  takePlain(
    sender: PositionSender,
    bytes: Buffer,
    admit: (count: number) => void,
  ): readonly PositionResult[] | null;
}

export interface PositionIntakeDeps {
  readonly roster: Roster;
  readonly places: PlaceStore;
  readonly trails: TrailSink;
  /**
   * Finds those of these ids that are the tenant's couriers, on shift or not. All ids are wire ids.
   */
  readonly ownCouriers: (
    tenant: Tenant,
    wireIds: readonly string[],
  ) => Promise<ReadonlySet<string>>;
  readonly retentionMs: number;
  readonly clock: Clock;
  readonly count: (outcome: string, count: number) => void;
  /** Publishes an accepted position, without delay; undefined: none is published. */
  readonly publish?: ((courier: Tracked, position: Position) => void) | undefined;
}

export const AHEAD_MS_MAX = 60_000;
/** Smaller differences come from the network, not the clock. */
const OFFSET_MIN_MS = 2_000;

export const SHOWN: PositionResult = { outcome: 'accepted', notShown: null };
export const ACCEPTED: Readonly<Record<Verdict, PositionResult>> = {
  shown: SHOWN,
  older: { outcome: 'accepted', notShown: 'older' },
  inaccurate: { outcome: 'accepted', notShown: 'inaccurate' },
  jump: { outcome: 'accepted', notShown: 'jump' },
};
export const DUPLICATE: PositionResult = { outcome: 'duplicate' };

/** How many ms to subtract from the times of a sender whose clock is wrong. */
export function correctionOf({ clockOffsetMs: aheadMs }: PositionSender): number {
  return aheadMs === null || Math.abs(aheadMs) < OFFSET_MIN_MS ? 0 : Math.round(aheadMs);
}

/** Whether a tracked courier belongs to the tenant. */
export function isOf(
  { tenant: own }: Pick<Tracked, 'tenant'>,
  { merchantId, mode }: Tenant,
): boolean {
  return own.merchantId === merchantId && own.mode === mode;
}
