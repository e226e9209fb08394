import type { Coordinates } from '../../kernel/places/great-circle.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Position } from '../intake/position.ts';
import type { Verdict } from '../judge-fix.ts';
import { type CachedCourier, placeOf } from './cached-courier.ts';
import type { CourierPlace } from './courier-place.ts';

export type { CourierPlace } from './courier-place.ts';

/**
 * What this process remembers of a courier on shift, for all who have to do with its places: with a
 * hundred thousand of them each look-up in a table of its own costs more than reading the position.
 */
export interface Remembered {
  /** False from the moment on at which its shift changed; then another takes its place. */
  isOn: boolean;
  readonly endsAtMs: number | null;
  /** Where the store in this process has it, with the newest place that was shown. */
  cached: CachedCourier | null;
  /** The feed is yet to tell of its newest place; the keeper is yet to store it. */
  isUnreported: boolean;
  isUnstored: boolean;
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

/** Hears of every place that is shown anew. */
export interface HearShown {
  /** Of couriers whom this process does not remember, each as it came. */
  places(shown: readonly CourierPlace[]): void;
  /** Of those it remembers, perhaps one of them twice; `newestPlace` is where they are. */
  couriers(moved: readonly Remembered[]): void;
}

/** Judges one by one, without an object for each position; only where places are in this process. */
export interface PlacesHere {
  /**
   * @param at where the position's numbers stand in `values` (`position-columns.ts`)
   * @returns the verdict's place in `VERDICTS`
   */
  judge(courier: CourierHere, values: Float64Array, at: number, nowMs: number): number;
  /** Tells of what was shown since; to be called after each request. */
  tell(): void;
}

export interface CourierHere extends Remembered {
  readonly courierId: string;
  readonly tenant: Tenant;
}

/** The newest place of a courier that was shown; null: it has none. */
export function newestPlace({ cached }: Remembered): CourierPlace | null {
  return cached === null ? null : placeOf(cached);
}

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
  /** The quick way, where there is one. */
  readonly here: PlacesHere | null;
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
  /**
   * Puts back what was stored, where nothing newer is known.
   *
   * @param isLast false: more is to come, and until then it counts as empty, so that whoever fails in between is
   * followed by another who tries
   */
  restore(places: readonly CourierPlace[], isLast?: boolean): Promise<void>;
  /** True: it lost everything, or never had anything; then it is restored. */
  isEmpty(): Promise<boolean>;
  /** Tells of every place that is shown anew, in this process; returns what ends that. */
  onShown(hear: HearShown): () => void;
  close(): Promise<void>;
}
