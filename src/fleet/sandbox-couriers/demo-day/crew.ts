import { distanceM } from '../../../kernel/places/distance.ts';
import { DEMO_TENANT } from '../../../kernel/tenant.ts';
import { type Courier, createCouriers, createDevices, touchDevices } from '../../couriers/index.ts';
import { placeOn } from '../ride.ts';
import { wayOn } from '../streets.ts';
import { type DemoDayDeps, depsAt } from './deps.ts';
import { DAYS, dayStartMs, legAt, shiftOn } from './plan-day.ts';

/** More than the demo has, with those whom people add. */
const COURIERS_MAX = 100;
/** Days with planned shifts before and after the first one: all of its week. */
const PLANNED_DAYS = DAYS - 1;

/** The name of these phones, which distinguishes them from phones that people have enrolled. */
const PHONE = 'Demo';

const externalIdOf = (index: number) => `demo-${index + 1}`;

/** The couriers by their place in the list; those whom somebody has removed are left out. */
export async function demoCouriers(
  deps: DemoDayDeps,
  nowMs: number,
): Promise<ReadonlyMap<number, Courier>> {
  const page = { after: null, limit: COURIERS_MAX };
  const anybody = { onShift: null, externalId: null };
  const known = await createCouriers(depsAt(deps, nowMs)).list(DEMO_TENANT, anybody, page);
  const byId = new Map(known.map((courier) => [courier.externalId, courier]));
  return new Map(
    deps.town.couriers.flatMap((_, index) => {
      const courier = byId.get(externalIdOf(index));
      return courier === undefined ? [] : [[index, courier] as const];
    }),
  );
}

/**
 * Adds the couriers with their shifts of a week; those of the first day have begun. Completes what
 * an earlier attempt that was cut short has left.
 */
export async function hireCouriers(deps: DemoDayDeps, madeAtMs: number): Promise<void> {
  const known = await demoCouriers(deps, deps.deliveries.clock.nowMs());
  const before = depsAt(deps, dayStartMs(deps.town, madeAtMs, -PLANNED_DAYS));
  const [couriers, devices] = [createCouriers(before), createDevices(before)];
  for (const [index, { name, vehicle }] of deps.town.couriers.entries()) {
    const unset = { phone: null, capacityParcels: null, capacityWeightG: null, homeFacility: null };
    const fields = { name, vehicle, externalId: externalIdOf(index), timeZone: deps.town.zone };
    const made = await couriers.create(DEMO_TENANT, { ...fields, ...unset }, null);
    const courier = made.kind === 'done' ? made.courier : known.get(index);
    if (courier === undefined) continue;
    const { id } = courier;
    const days = Array.from({ length: 2 * PLANNED_DAYS + 1 }, (_, day) => day - PLANNED_DAYS);
    const shifts = days.flatMap((day) => shiftOn(deps.town, madeAtMs, day, index) ?? []);
    await couriers.planShifts(DEMO_TENANT, id, shifts);
    const today = shiftOn(deps.town, madeAtMs, 0, index);
    // A courier with a day off has no phone yet, so that people can try the invitation.
    const isToEnrol = today !== null && courier.device === null;
    const code = isToEnrol ? await devices.createEnrolment(DEMO_TENANT, id) : null;
    const phone = code && (await devices.enrol(code.bare, { name: PHONE }));
    const last = today && shifts.findLast(({ endsAtMs }) => endsAtMs < today.startsAtMs);
    if (phone && last) {
      await touchDevices(deps.deliveries.db.pipeline, [phone.deviceId], last.endsAtMs);
    }
    if (today === null || today.does === 'waits') continue;
    const { startsAtMs: atMs, endsAtMs } = today;
    const pause = today.does === 'pauses' ? { pause: { endsAtMs: null } } : {};
    const now = createCouriers(deps.deliveries);
    await now.change(DEMO_TENANT, id, {}, { on: true, endsAtMs, atMs, ...pause });
  }
}

/** Shows the couriers on shift where they ride now. */
export async function showPlaces(
  { deliveries, places, town, streets }: DemoDayDeps,
  couriers: ReadonlyMap<number, Courier>,
  madeAtMs: number,
): Promise<void> {
  const nowMs = deliveries.clock.nowMs();
  const reported = [...couriers].flatMap(([index, { id: courierId, onShift }]) => {
    if (!onShift) return [];
    const { from, to, share, lengthMs } = legAt(town, madeAtMs, index, nowMs);
    const way = wayOn(streets, from, to);
    const lengthM = way.reduce((sum, at, point) => sum + distanceM(way[point - 1] ?? at, at), 0);
    const { lat, lng, heading, isThere } = placeOn(way, share * lengthM);
    const speedKmh = isThere ? 0 : Math.round((lengthM / lengthMs) * 3_600);
    const position = {
      atMs: nowMs,
      lat,
      lng,
      heading,
      speedKmh,
      accuracyM: 6,
      battery: 88 - index * 9,
    };
    return [{ courierId, tenant: DEMO_TENANT, position }];
  });
  await places.take(reported, nowMs);
  const devices = createDevices(deliveries);
  const lists = reported.map(({ courierId }) => devices.list(DEMO_TENANT, courierId));
  const phones = (await Promise.all(lists)).flatMap((list) =>
    (list ?? []).flatMap(({ id, name }) => (name === PHONE ? [id] : [])),
  );
  await touchDevices(deliveries.db.pipeline, phones, nowMs);
}
