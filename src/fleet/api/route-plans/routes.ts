import { resource } from '../../../http/kit/resource.ts';
import { invalidMember } from '../../../http/kit/validation.ts';
import { Problem } from '../../../kernel/errors.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import { wireId } from '../../../kernel/wire/wire-ids.ts';
import type { Clock } from '../../../platform/clock.ts';
import { iso } from '../../../tracking/ports/shipments.ts';
import type { RouteEntry, Work } from '../../couriers/index.ts';
import type { Planner } from '../../deliveries/index.ts';
import type { PlannedRounds, Unmet } from '../../dispatch/index.ts';
import { type RequestedPlan, readPlan } from './read-plan.ts';
import { newRoutePlan, routePlan } from './schema.ts';

interface RoutePlanDeps {
  readonly planner: Planner;
  readonly work: Pick<Work, 'route' | 'writeRoute'>;
  readonly clock: Clock;
}

const SEARCH_MS = 300;
/**
 * Seconds after which a refused client may retry. A plan takes at most this long, so some are
 * finished by then.
 */
const RETRY_AFTER_S = 5;

/** Routes for vehicles, which can be applied to couriers. */
export const routePlans = resource(
  { noun: 'plan', tag: 'Deliveries' },
  {
    plan: {
      id: 'planRoutes',
      method: 'POST',
      path: '/routes/plan',
      summary: 'Plan delivery routes',
      description:
        'Rounds for one vehicle or several: every stop once, within its window and within what the vehicles carry, in the least time on the road. What cannot be met is left out and says why. Stores nothing unless `apply` is true.',
      scope: 'couriers:write',
      body: newRoutePlan,
      answers: { 200: { description: 'The plan.', schema: routePlan } },
      errors: ['conflict'],
    },
  },
  (deps: RoutePlanDeps) => {
    const { planner, clock } = deps;
    return {
      plan: async ({ tenant, body }) => {
        const requested = readPlan(body, clock.nowMs());
        const isApplied = body.apply ?? false;
        if (isApplied) await assertAppliable(deps, tenant, requested);
        const outcome = await planner.plan(requested.rounds, {
          by: body.vehicle ?? 'van',
          atMs: requested.zeroMs,
          forMs: body.search_ms ?? SEARCH_MS,
        });
        if (outcome.kind === 'busy') {
          throw new Problem('rate_limited', 'dispatch.tooManyPlansRunning', {
            retryAfterS: RETRY_AFTER_S,
          });
        }
        const { plan, roads, solver, warning } = outcome;
        if (isApplied) await apply(deps, tenant, requested, plan);
        const planBody = planJson(requested, plan);
        const travel_times = roads ? 'roads' : 'straight_line';
        return {
          status: 200,
          body: { ...planBody, travel_times, solver, warning, applied: isApplied },
        };
      },
    };
  },
);

function planJson({ rounds, stops, vehicles, zeroMs }: RequestedPlan, plan: PlannedRounds) {
  const at = (seconds: number) => iso(zeroMs + seconds * 1_000);
  const routes = plan.rounds.map(({ calls, driveS, waitS, backS, backLateS }, index) => ({
    vehicle_id: vehicles[index]?.id ?? '',
    courier_id: vehicles[index]?.courierId ? wireId('courier', vehicles[index].courierId) : null,
    departs_at: at(rounds.vehicles[index]?.departsS ?? 0),
    done_at: at(backS),
    late_s: backLateS,
    drive_s: driveS,
    wait_s: waitS,
    stops: calls.map((call) => {
      const { planned = null, locked = false } = rounds.stops[call.stop] ?? {};
      return {
        id: stops[call.stop]?.id ?? '',
        arrives_at: at(call.arrivesS),
        begins_at: at(call.beginsS),
        leaves_at: at(call.leavesS),
        late_s: call.lateS,
        locked,
        moved: planned !== null && planned !== index,
      };
    }),
  }));
  const unmet = plan.unmet.map(({ stop, why }) => ({
    id: stops[stop]?.id ?? '',
    why,
    reason: REASONS[why],
  }));
  const calls = routes.flatMap((route) => route.stops);
  const isLate = routes.some((route) => route.late_s > 0) || calls.some((call) => call.late_s > 0);
  const moved = calls.filter((call) => call.moved).length;
  return { feasible: unmet.length === 0 && !isLate, routes, unmet, moved };
}

const REASONS: Readonly<Record<Unmet, string>> = {
  capacity: 'No vehicle that may call there carries so much.',
  window: 'No vehicle that may call there can be there before its window ends.',
  shift_ends: 'No vehicle that may call there would be back in time.',
  no_room: 'It is possible alone, but not together with the other stops.',
};

/**
 * Throws a `Problem` unless all couriers and shipments exist, so that this is known before the
 * search and not after it.
 */
async function assertAppliable(
  { work }: RoutePlanDeps,
  tenant: Tenant,
  { stops, vehicles }: RequestedPlan,
): Promise<void> {
  for (const [index, { shipment_ids: ids }] of stops.entries()) {
    if (ids) continue;
    const fix = 'dispatch.sendParcelIds';
    throw invalidMember(`/stops/${index}/shipment_ids`, 'values.isMissing', fix);
  }
  const couriers = new Set<string>();
  for (const [index, { courierId }] of vehicles.entries()) {
    const pointer = `/vehicles/${index}/courier_id`;
    if (courierId === null) {
      const fix = 'dispatch.nameVehicleDrivers';
      throw invalidMember(pointer, 'values.isMissing', fix);
    }
    if (couriers.has(courierId)) {
      throw invalidMember(
        pointer,
        'dispatch.courierInAnotherVehicle',
        'dispatch.sendEachCourierOnce',
      );
    }
    couriers.add(courierId);
    if ((await work.route(tenant, courierId)) === null) {
      const fix = 'dispatch.sendCourierId';
      throw invalidMember(pointer, 'dispatch.noSuchCourier', fix);
    }
  }
}

/**
 * Writes the planned routes, one courier after the other. A courier's other stops stay, after the
 * planned ones.
 */
async function apply(
  { work }: RoutePlanDeps,
  tenant: Tenant,
  requested: RequestedPlan,
  plan: PlannedRounds,
): Promise<void> {
  const planned = new Set(requested.stops.flatMap(({ shipment_ids: ids }) => lowered(ids)));
  for (const [index, { calls }] of plan.rounds.entries()) {
    const courierId = requested.vehicles[index]?.courierId ?? null;
    const route = courierId === null ? null : await work.route(tenant, courierId);
    if (courierId === null || route === null) continue;
    const known = route.stops.flatMap(({ window, notes, locked, parcels }) =>
      parcels.flatMap(({ shipmentId, state }, place) =>
        shipmentId === null || state === 'done'
          ? []
          : [{ shipmentId, window, locked, notes: place === 0 ? notes.join('\n') || null : null }],
      ),
    );
    const before = new Map(known.map((entry) => [entry.shipmentId, entry]));
    const listed = calls.flatMap(({ stop }) => {
      const { shipment_ids: ids, window } = requested.stops[stop] ?? {};
      const { locked = false } = requested.rounds.stops[stop] ?? {};
      return lowered(ids).map((shipmentId): RouteEntry => {
        const entry = before.get(shipmentId);
        const sent = window?.from && window.to;
        return {
          shipmentId,
          locked,
          notes: entry?.notes ?? null,
          window: sent
            ? { fromMs: Date.parse(window.from ?? ''), toMs: Date.parse(window.to ?? '') }
            : (entry?.window ?? null),
        };
      });
    });
    const rest = known.filter(({ shipmentId }) => !planned.has(shipmentId));
    const written = await work.writeRoute(tenant, courierId, [...listed, ...rest]);
    if (written.kind !== 'done') throw notWritten(requested, index, written);
  }
}

function lowered(ids: readonly string[] | null | undefined): readonly string[] {
  return (ids ?? []).map((id) => id.toLowerCase());
}

function notWritten(
  { vehicles }: RequestedPlan,
  index: number,
  why: Exclude<Awaited<ReturnType<Work['writeRoute']>>, { kind: 'done' }>,
): Problem {
  const vehicle = vehicles[index]?.id ?? '';
  if (why.kind === 'held') {
    return new Problem(
      'conflict',
      { 'dispatch.parcelsWithAnotherCourier': { vehicle } },
      {
        fix: 'couriers.handOverOrOmit',
        extra: { shipment_ids: why.shipmentIds },
      },
    );
  }
  return new Problem(
    'conflict',
    { 'dispatch.parcelsNotEligible': { vehicle } },
    {
      fix: 'dispatch.sendOwnActiveParcels',
    },
  );
}
