import type { Coordinates } from '../../../kernel/places/distance.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Position } from '../intake/position.ts';
import type { Verdict } from '../judge-fix.ts';
import { type CachedCourier, type CourierPlace, placeOf } from './cached-courier.ts';

export type { CourierPlace } from './cached-courier.ts';

/**
 * What this process remembers of a courier on shift, for everything that handles the courier's
 * places. With a hundred thousand couriers, each lookup in a separate table costs more than reading
 * the position.
 */
export interface Remembered {
  /**
   * Whether the shift still lasts unchanged. Once it has changed, another object replaces this one.
   */
  isOn: boolean;
  readonly endsAtMs: number | null;
  /** The courier's entry in this process's store, with the newest shown place. */
  cached: CachedCourier | null;
  /**
   * Whether the feed has yet to publish the courier's newest place; `isUnstored`, whether the
   * keeper has yet to store it.
   */
  isUnpublished: boolean;
  isUnstored: boolean;
}

/** A position that has just arrived. */
export interface Reported {
  readonly courierId: string;
  readonly tenant: Tenant;
  readonly position: Position;
  /**
   * Present if this process remembers the courier. Then subscribers get the courier instead of each
   * place, after the whole batch.
   */
  readonly courier?: Remembered;
}

/** Receives every newly shown place. */
export interface ShownSubscriber {
  /** Receives places of couriers whom this process does not remember, each as it arrived. */
  places(shown: readonly CourierPlace[]): void;
  /** Receives remembered couriers, possibly with repeats; `newestPlace` gives the place. */
  couriers(moved: readonly Remembered[]): void;
}

/**
 * Judges positions one by one, without an object for each. Possible only if places are in this
 * process.
 */
interface PlacesHere {
  /**
   * Judges one position.
   * @param at where the position's numbers begin in `values`
   * @returns the verdict's index in `VERDICTS`
   */
  judge(courier: CourierHere, values: Float64Array, at: number, nowMs: number): number;
  /** Publishes what was shown since the last call; called after each request. */
  publish(): void;
}

interface CourierHere extends Remembered {
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
 * covers both. The data may be lost; `courier_places` has it as of half a minute ago.
 */
export interface PlaceStore {
  /** Whether other processes see the same places. */
  readonly isShared: boolean;
  /** The fast path; null: there is none. */
  readonly here: PlacesHere | null;
  /** Judges positions that arrived at `nowMs`, in the given order, and stores what may be shown. */
  take(
    reported: readonly Reported[],
    nowMs: number,
  ): readonly Verdict[] | Promise<readonly Verdict[]>;
  /** Finds the places of these couriers, by courier; those without a place are left out. */
  find(tenant: Tenant, courierIds: readonly string[]): Promise<ReadonlyMap<string, CourierPlace>>;
  /** Finds the places around a centre, nearest first. */
  near(
    tenant: Tenant,
    centre: Coordinates,
    within: { readonly radiusM: number; readonly limit: number },
  ): Promise<readonly NearbyPlace[]>;
  /** Returns all places of a tenant, unordered. */
  all(tenant: Tenant): Promise<readonly CourierPlace[]>;
  /** Returns every courier with a place, of all tenants. */
  couriers(): Promise<readonly Pick<Reported, 'courierId' | 'tenant'>[]>;
  /** Removes a courier's place, because a courier off shift has none. */
  drop(courier: Pick<Reported, 'courierId' | 'tenant'>): Promise<void>;
  /**
   * Restores stored places, unless newer ones are known.
   * @param isLast false: more will follow, and until then the store counts as empty, so that after
   * a failure another process tries
   */
  restore(places: readonly CourierPlace[], isLast?: boolean): Promise<void>;
  /** Whether the store lost its data, or never had any, and so has to be restored. */
  isEmpty(): Promise<boolean>;
  /** Subscribes to the places newly shown in this process; returns a function that unsubscribes. */
  onShown(subscriber: ShownSubscriber): () => void;
  close(): Promise<void>;
}
