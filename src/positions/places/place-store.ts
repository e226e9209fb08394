import type { Coordinates } from '../../kernel/places/great-circle.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Position } from '../intake/position.ts';
import type { KeptPlace, Verdict } from '../judge-fix.ts';

/** Where a courier is, as it may be shown. */
export interface CourierPlace {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly position: Position;
  /** When it came, epoch ms. */
  readonly receivedAtMs: number;
}

/** What a store in this process knows of a courier. */
export interface KeptCourier extends KeptPlace {
  readonly tenant: Tenant;
  place: CourierPlace | null;
  /** The store has dropped it: what comes next begins anew. */
  isGone: boolean;
}

/**
 * What this process remembers of a courier on shift, for all who have to do with its places: with a
 * hundred thousand of them each look-up in a table of its own costs more than reading the position.
 */
export interface Remembered {
  /** False from the moment on at which its shift changed; then another takes its place. */
  isOn: boolean;
  readonly endsAtMs: number | null;
  /** The newest place that was shown here. */
  newest: CourierPlace | null;
  /** Where the store in this process has it. */
  kept: KeptCourier | null;
  /** The feed is yet to tell of its newest place; the keeper is yet to store it. */
  isUntold: boolean;
  isUnstored: boolean;
  /** What the feed told other processes last. */
  said: Position | null;
}

/** A courier's position that has just come. */
export interface Reported {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly position: Position;
  /** When it came, epoch ms; absent: now. */
  readonly receivedAtMs?: number;
  readonly courier?: Remembered;
}

/** @param couriers of each place, where the store was told them; shorter: it was not. */
export type HearShown = (
  places: readonly CourierPlace[],
  couriers: readonly (Remembered | undefined)[],
) => void;

export interface NearbyPlace extends CourierPlace {
  readonly distanceM: number;
}

/**
 * Where couriers are now: in this process, or in Redis where processes share it. Both are judged
 * alike, by one suite of tests. What it holds can be lost; `courier_places` has it, half a minute old.
 */
export interface PlaceStore {
  /** Other processes see the same places. */
  readonly isShared: boolean;
  /** Judges positions in the order given, and keeps what they make of their couriers' places. */
  take(
    reported: readonly Reported[],
    nowMs: number,
  ): readonly Verdict[] | Promise<readonly Verdict[]>;
  /** By courier; who has no place is not in it. */
  find(tenant: Tenant, courierIds: readonly string[]): Promise<ReadonlyMap<string, CourierPlace>>;
  /** The nearest first. */
  near(
    tenant: Tenant,
    centre: Coordinates,
    within: { readonly radiusM: number; readonly limit: number },
  ): Promise<readonly NearbyPlace[]>;
  /** All of a tenant, in no order. */
  all(tenant: Tenant): Promise<readonly CourierPlace[]>;
  /** Everybody who has a place, whoever's they are. */
  couriers(): Promise<readonly Pick<Reported, 'courierId' | 'tenant'>[]>;
  /** Whoever is off shift is nowhere. */
  drop(courier: Pick<Reported, 'courierId' | 'tenant'>): Promise<void>;
  /** Puts back what was stored, where nothing newer is known. */
  restore(places: readonly CourierPlace[]): Promise<void>;
  /** True: it lost everything, or never had anything; then it is restored. */
  isEmpty(): Promise<boolean>;
  /** Tells of every place that is shown anew, in this process; returns what ends that. */
  onShown(hear: HearShown): () => void;
  close(): Promise<void>;
}
