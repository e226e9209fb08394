import { assignOnMap, type FreeOnMap, type OpenOnMap } from '../../src/fleet/dispatch/index.ts';
import { anywhere, seeded, wayIn } from './town.ts';

const CHECK_EVERY_MS = 50;
/** How long until a delivery without a courier is planned again, as in the matcher. */
const AGAIN_MS = 2_000;
/** How long a courier with an assignment is busy. */
const BUSY_MS = 900_000;

/**
 * Times plans as the matcher makes them: `each` deliveries arrive every 50 ms, and are planned over
 * all couriers. Half of the couriers are busy at the start, and each one with an assignment
 * afterwards.
 */
export function timePlans({
  couriers,
  turns,
  each,
}: {
  readonly couriers: number;
  readonly turns: number;
  readonly each: number;
}): readonly number[] {
  const random = seeded(1);
  const free: FreeOnMap[] = Array.from({ length: couriers }, (_, index) => {
    const place = anywhere(random);
    return {
      courier: {
        courierId: String(index),
        by: 'bike' as const,
        load: 0,
        place,
        capacityParcels: null,
        capacityWeightG: null,
        shiftEndsAtMs: null,
        accepted: 0,
        declined: 0,
        lastAcceptedMs: null,
      },
      place,
      freeMs: random() < 0.5 ? 0 : random() * 1_200_000,
    };
  });
  const tookMs: number[] = [];
  let left: { readonly open: OpenOnMap; readonly nextPassAtMs: number }[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const nowMs = turn * CHECK_EVERY_MS;
    const again = left.filter(({ nextPassAtMs }) => nextPassAtMs <= nowMs).map(({ open }) => open);
    const open = [...again, ...arrivals(random, turn, each, nowMs)];
    const began = performance.now();
    const routes = assignOnMap(open, free, nowMs);
    tookMs.push(performance.now() - began);
    const done = new Map(open.map((delivery) => [delivery.id, delivery]));
    for (const { courierId, ids } of routes) {
      const index = Number(courierId);
      const last = done.get(ids.at(-1) ?? '');
      const was = free[index];
      if (was === undefined || last === undefined) continue;
      free[index] = { ...was, place: last.destination, freeMs: nowMs + BUSY_MS * ids.length };
    }
    const assigned = new Set(routes.flatMap(({ ids }) => ids));
    left = [
      ...left.filter(({ nextPassAtMs }) => nextPassAtMs > nowMs),
      ...open
        .filter(({ id }) => !assigned.has(id))
        .map((delivery) => ({ open: delivery, nextPassAtMs: nowMs + AGAIN_MS })),
    ];
  }
  return tookMs;
}

function arrivals(random: () => number, turn: number, each: number, nowMs: number): OpenOnMap[] {
  return Array.from({ length: each }, (_, index) => {
    const { origin, destination } = wayIn(random);
    return {
      id: `${turn}.${index}`,
      placedMs: nowMs,
      readyMs: nowMs,
      origin,
      destination: destination,
      size: 'small',
      weightG: null,
    };
  });
}
