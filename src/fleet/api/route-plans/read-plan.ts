import { invalidMember } from '../../../http/kit/validation.ts';
import { uuidOfWireId } from '../../../kernel/wire/wire-ids.ts';
import type { RoundsToPlan, StopToPlan, VehicleToPlan } from '../../dispatch/index.ts';
import type { NewRoutePlan } from './schema.ts';

type SentVehicle = NonNullable<NewRoutePlan['vehicles']>[number];

/** A requested plan: seconds count from `zeroMs`. */
export interface RequestedPlan {
  readonly rounds: RoundsToPlan;
  readonly zeroMs: number;
  readonly stops: NewRoutePlan['stops'];
  readonly vehicles: readonly { readonly id: string; readonly courierId: string | null }[];
}

/** How far times of a plan may be from its start: nobody plans further ahead. */
const AHEAD_MS_MAX = 7 * 86_400_000;
const SERVICE_S = 180;
const SWAP_S = 600;
const ONLY_VEHICLE = 'vehicle';

/**
 * Converts a request to a plan. Throws `Problem`, with position and reason, for errors that a
 * schema cannot detect.
 */
export function readPlan(body: NewRoutePlan, nowMs: number): RequestedPlan {
  const vehicles = vehiclesOf(body);
  const byId = new Map(vehicles.map(({ id }, index) => [id, index]));
  for (const [index, { id }] of vehicles.entries()) {
    if (byId.get(id) !== index) throw duplicateId(`/vehicles/${index}/id`);
  }
  const leavesMs = vehicles.map(({ departs_at: at }) => (at ? Date.parse(at) : nowMs));
  // In whole seconds; a plan for a past morning counts from that morning.
  const zeroMs = Math.floor(Math.min(...leavesMs) / 1_000) * 1_000;
  const times = new Times(zeroMs);
  const seen = new Set<string>();
  const stops = body.stops.map((stop, index): StopToPlan => {
    const at = `/stops/${index}`;
    if (seen.has(stop.id)) throw duplicateId(`${at}/id`);
    seen.add(stop.id);
    const vehicleIndexOf = (member: 'vehicle_id' | 'planned_vehicle_id'): number | null => {
      const id = stop[member];
      if (id === undefined || id === null) return null;
      const found = byId.get(id);
      if (found !== undefined) return found;
      throw invalidMember(
        `${at}/${member}`,
        'dispatch.noSuchVehicle',
        'dispatch.useListedVehicleId',
      );
    };
    const locked = stop.locked ?? false;
    const fixedTo = vehicleIndexOf('vehicle_id') ?? (locked && vehicles.length === 1 ? 0 : null);
    if (locked && fixedTo === null) {
      throw invalidMember(
        `${at}/vehicle_id`,
        'dispatch.lockedStopWithoutVehicle',
        'dispatch.sendVehicleId',
      );
    }
    return {
      at: { lat: stop.lat, lng: stop.lng },
      fixedTo,
      planned: vehicleIndexOf('planned_vehicle_id'),
      locked,
      fromS: times.at(stop.window?.from, `${at}/window/from`, Math.ceil),
      toS: times.at(stop.window?.to, `${at}/window/to`, Math.floor),
      serviceS: stop.service_s ?? SERVICE_S,
      parcels: stop.parcels ?? stop.shipment_ids?.length ?? 1,
      weightG: stop.weight_g ?? 0,
    };
  });
  const pointerOf = (index: number, member: string) =>
    body.vehicles ? `/vehicles/${index}/${member}` : `/${member}`;
  const planned = vehicles.map((vehicle, index): VehicleToPlan => {
    const departsS = times.at(vehicle.departs_at, pointerOf(index, 'departs_at'), Math.ceil);
    const backByS = times.at(vehicle.ends_at, pointerOf(index, 'ends_at'), Math.floor);
    const leavesS = departsS ?? Math.ceil((nowMs - zeroMs) / 1_000);
    if (backByS !== null && backByS < leavesS) {
      throw invalidMember(
        pointerOf(index, 'ends_at'),
        'dispatch.beforeDeparture',
        'dispatch.widenTimeWindow',
      );
    }
    const { parcels, weight_g: weightG } = vehicle.capacity ?? {};
    const capacity = { parcels: parcels ?? null, weightG: weightG ?? null };
    return { start: vehicle.start, end: vehicle.end ?? null, departsS: leavesS, backByS, capacity };
  });
  return {
    zeroMs,
    rounds: { stops, vehicles: planned, swapS: body.swap_cost_s ?? SWAP_S },
    stops: body.stops,
    vehicles: vehicles.map(({ id, courier_id: courier }) => ({
      id,
      courierId: courier === undefined ? null : (uuidOfWireId('courier', courier) ?? null),
    })),
  };
}

/** The vehicles of a request. The members of a single vehicle may be at the top level. */
function vehiclesOf(body: NewRoutePlan): readonly SentVehicle[] {
  const { start, end, departs_at, ends_at, capacity, vehicles } = body;
  if (!vehicles)
    return start ? [{ id: ONLY_VEHICLE, start, end, departs_at, ends_at, capacity }] : [];
  for (const [member, value] of Object.entries({ end, departs_at, ends_at, capacity })) {
    if (value === undefined || value === null) continue;
    const fix = 'dispatch.sendPerVehicle';
    throw invalidMember(`/${member}`, 'dispatch.singleVehicleOnly', fix);
  }
  return vehicles;
}

class Times {
  readonly #zeroMs: number;

  constructor(zeroMs: number) {
    this.#zeroMs = zeroMs;
  }

  /**
   * Converts a time to seconds from the plan's zero; null if the time is absent. Throws a `Problem`
   * for a time more than seven days away.
   */
  at(
    sent: string | null | undefined,
    pointer: string,
    round: (seconds: number) => number,
  ): number | null {
    if (sent === undefined || sent === null) return null;
    const awayMs = Date.parse(sent) - this.#zeroMs;
    if (Math.abs(awayMs) <= AHEAD_MS_MAX) return round(awayMs / 1_000);
    throw invalidMember(pointer, 'dispatch.tooFarFromDeparture', 'dispatch.planDaysSeparately');
  }
}

function duplicateId(pointer: string) {
  return invalidMember(pointer, 'dispatch.duplicateId', 'dispatch.useUniqueIds');
}
