import { drive, explainedAssignment, keepsShift } from './drive.ts';
import {
  type Assignment,
  type CourierState,
  type DispatchPolicy,
  type DispatchView,
  distanceM,
  type OpenOrder,
} from './policy.ts';
import { rollingPolicy } from './rolling/rolling.ts';

/**
 * Interval of decisions, and so the longest time until an idle courier is considered for an order.
 */
const EVERY_S = 15;

/**
 * The usual approach, and the baseline for other policies: one order after the other, oldest first,
 * each assigned immediately to the idle courier who can arrive first.
 */
function greedyPolicy(): DispatchPolicy {
  return {
    name: 'greedy',
    everyS: EVERY_S,
    decide(view) {
      const idle = new Set(view.couriers.filter(({ freeS }) => freeS <= view.nowS));
      const assignments: Assignment[] = [];
      for (const order of view.orders) {
        const assignment = quickestIdle(order, idle, view);
        if (assignment === null) continue;
        assignments.push(assignment);
        idle.delete(assignment.courier);
      }
      return assignments;
    },
  };
}

/** Assigns an order to the idle courier with the shortest approach; null: nobody can take it. */
function quickestIdle(
  order: OpenOrder,
  idle: ReadonlySet<CourierState>,
  view: DispatchView,
): Assignment | null {
  const { nowS, rules } = view;
  let best: CourierState | null = null;
  let bestS = Number.POSITIVE_INFINITY;
  let nextS = Number.POSITIVE_INFINITY;
  for (const courier of idle) {
    if (distanceM(courier.place, order.pickup) > rules.pickupReachM) continue;
    const approachS = rules.legS(courier.place, order.pickup, courier.speedMS);
    if (approachS >= nextS) continue;
    if (!keepsShift(courier, nowS, drive(courier, [order], nowS, rules), rules)) continue;
    if (approachS < bestS) {
      nextS = bestS;
      bestS = approachS;
      best = courier;
    } else nextS = approachS;
  }
  if (best === null) return null;
  return explainedAssignment({ courier: best, orders: [order] }, view, {
    cost: bestS,
    nextBestCost: Number.isFinite(nextS) ? nextS : null,
  });
}

/** The available policies by name. Policies keep no state between days: each day gets a new one. */
export const POLICIES = {
  rolling: () => rollingPolicy(),
  greedy: () => greedyPolicy(),
} as const satisfies Readonly<Record<string, () => DispatchPolicy>>;

export type PolicyName = keyof typeof POLICIES;
