import type { Coordinates } from '../../../kernel/places/great-circle.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Position } from '../intake/position.ts';
import type { Verdict } from '../judge-fix.ts';
import { type CachedCourier, type CourierPlace, placeOf } from './cached-courier.ts';

export type { CourierPlace } from './cached-courier.ts';

/**
 * What this process remembers of a courier on shift, for everything that handles its places: with
 * a hundred thousand of them, each lookup in a separate table costs more than reading the
 * position.
 */
export interface Remembered {
  /** False once its shift has changed; then another object replaces it. */
  isOn: boolean;
  readonly endsAtMs: number | null;
  /** Its entry in this process's store, with the newest shown place. */
  cached: CachedCourier | null;
  /** Whether the feed has yet to publish its newest place, and the keeper to store it. */
  isUnreported: boolean;
  isUnstored: boolean;
}

/** A position that has just arrived. */
export interface Reported {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly position: Position;
  /** When it arrived, epoch ms; absent: now. */
  readonly receivedAtMs?: number;
  readonly courier?: Remembered;
}

/** Receives every newly shown place. */
export interface HearShown {
  /** Of couriers whom this process does not remember, each as it arrived. */
  places(shown: readonly CourierPlace[]): void;
  /** Of remembered ones, possibly with repeats; `newestPlace` gives the place. */
  couriers(moved: readonly Remembered[]): void;
}

/** Judges one by one, without an object for each position; only if places are in this process. */
export interface PlacesHere {
  /**
   * @param at where the position's numbers begin in `values` (`position-columns.ts`)
   * @returns the verdict's index in `VERDICTS`
   */
  judge(courier: CourierHere, values: Float64Array, at: number, nowMs: number): number;
  /** Publishes what was shown since; call it after each request. */
  tell(): void;
}

export interface CourierHere extends Remembered {
  readonly courierId: string;
  readonly tenant: Tenant;
}

/** A courier's newest shown place; null: none. */
export function newestPlace({ cached }: Remembered): CourierPlace | null {
  return cached === null ? null : placeOf(cached);
}

export interface NearbyPlace extends CourierPlace {
  readonly distanceM: number;
}

/**
 * Couriers' current places: in this process, or in Redis if processes share it. One test suite
 * covers both. Its data may be lost; `courier_places` has it, half a minute old.
 */
export interface PlaceStore {
  /** Other processes see the same places. */
  readonly isShared: boolean;
  /** The fast path, if there is one. */
  readonly here: PlacesHere | null;
  /** Judges positions in the given order, and stores the resulting places. */
  take(
    reported: readonly Reported[],
    nowMs: number,
  ): readonly Verdict[] | Promise<readonly Verdict[]>;
  /** By courier; couriers without a place are left out. */
  find(tenant: Tenant, courierIds: readonly string[]): Promise<ReadonlyMap<string, CourierPlace>>;
  /** Nearest first. */
  near(
    tenant: Tenant,
    centre: Coordinates,
    within: { readonly radiusM: number; readonly limit: number },
  ): Promise<readonly NearbyPlace[]>;
  /** All of a tenant, unordered. */
  all(tenant: Tenant): Promise<readonly CourierPlace[]>;
  /** Every courier with a place, of all tenants. */
  couriers(): Promise<readonly Pick<Reported, 'courierId' | 'tenant'>[]>;
  /** A courier off shift has no place. */
  drop(courier: Pick<Reported, 'courierId' | 'tenant'>): Promise<void>;
  /**
   * Restores stored places, unless newer ones are known.
   *
   * @param isLast false: more will follow, and until then the store counts as empty, so that after
   *   a failure another process tries
   */
  restore(places: readonly CourierPlace[], isLast?: boolean): Promise<void>;
  /** True: it lost its data, or never had any, and has to be restored. */
  isEmpty(): Promise<boolean>;
  /** Publishes every newly shown place in this process; returns a function that unsubscribes. */
  onShown(hear: HearShown): () => void;
  close(): Promise<void>;
}
