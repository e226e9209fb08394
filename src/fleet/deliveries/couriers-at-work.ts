import type { Tenant } from '../../kernel/tenant.ts';
import { type CouriersAmong, couriersOnShift } from '../couriers/index.ts';
import type { OnShift } from '../dispatch/index.ts';
import type { DeliveriesDeps } from './deps.ts';
import { habitsOf } from './store/offers.sql.ts';

/** Older answers say nothing about how a courier answers now. */
const HABIT_MS = 86_400_000;
export interface AtWork {
  readonly couriers: readonly OnShift[];
  /** When each of the couriers with a place was there, epoch ms. */
  readonly placedAtMs: ReadonlyMap<string, number>;
}

/** A tenant's couriers on shift, by id, with all that is known about them. */
export async function couriersAtWork(
  deps: Pick<DeliveriesDeps, 'db' | 'clock' | 'placesOf'>,
  tenant: Tenant,
  among: CouriersAmong,
): Promise<AtWork> {
  const { pipeline } = deps.db;
  const nowMs = deps.clock.nowMs();
  const onShift = await couriersOnShift(pipeline, tenant, nowMs, among);
  if (onShift.length === 0) return { couriers: [], placedAtMs: new Map() };
  const ids = onShift.map(({ courierId }) => courierId);
  const [places, habits] = await Promise.all([
    deps.placesOf(tenant, ids),
    habitsOf(pipeline, ids, nowMs - HABIT_MS),
  ]);
  const byId = new Map(habits.map((habit) => [habit.courierId, habit]));
  const couriers = onShift.map((courier): OnShift => {
    const { vehicle: by, ...known } = courier;
    const habit = byId.get(courier.courierId);
    return {
      ...known,
      by,
      place: places.get(courier.courierId) ?? null,
      accepted: habit?.accepted ?? 0,
      declined: habit?.declined ?? 0,
      lastAcceptedMs: habit?.lastAcceptedMs ?? null,
    };
  });
  const placedAtMs = new Map([...places].map(([id, { atMs }]) => [id, atMs]));
  return { couriers, placedAtMs };
}
