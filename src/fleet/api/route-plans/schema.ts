import { z } from 'zod';
import { givenInstant, instant } from '../../../kernel/time/time-kinds.ts';
import { issueText, text } from '../../../kernel/wire/explain-issues.ts';
import { courierId, givenVehicle } from '../couriers/schema.ts';
import { coordinates, timeWindow } from '../deliveries/schema.ts';

/** Size limit of a plan: the matrix of drive times is held in memory. */
const STOPS_MAX = 500;
const VEHICLES_MAX = 50;
const ID_CHARS_MAX = 64;
const SHIPMENTS_MAX = 50;
const SERVICE_S_MAX = 14_400;
const PARCELS_MAX = 10_000;
const WEIGHT_G_MAX = 40_000_000;
const SWAP_S_MAX = 86_400;

const lat = z.number().min(-90).max(90);
const lng = z.number().min(-180).max(180);

const capacity = z.strictObject({
  parcels: z.int().min(0).max(PARCELS_MAX).nullish(),
  weight_g: z.int().min(0).max(WEIGHT_G_MAX).nullish(),
});

const vehicleFields = {
  departs_at: givenInstant.nullish().describe('Default: now.'),
  ends_at: givenInstant.nullish().describe('Done by then, and back where there is an `end`.'),
  capacity: capacity.nullish().describe('What it carries at most.'),
};

const plannedVehicle = z.strictObject({
  id: text(ID_CHARS_MAX).meta({ description: 'Your own.', example: 'van-1' }),
  start: coordinates,
  end: coordinates.nullish().describe('Absent: the round ends at its last stop.'),
  ...vehicleFields,
  courier_id: courierId.optional().describe('Who drives it; needed to apply the plan.'),
});

const plannedStop = z.strictObject({
  id: text(ID_CHARS_MAX).meta({ description: 'Your own.', example: 'order-2001' }),
  lat,
  lng,
  window: timeWindow.nullish().describe('Service begins within it.'),
  service_s: z
    .int()
    .min(0)
    .max(SERVICE_S_MAX)
    .nullish()
    .describe('Seconds at the door; default: 180.'),
  parcels: z
    .int()
    .min(0)
    .max(PARCELS_MAX)
    .nullish()
    .describe('What it takes of the capacity; default: one, or as many as `shipment_ids`.'),
  weight_g: z.int().min(0).max(WEIGHT_G_MAX).nullish(),
  vehicle_id: text(ID_CHARS_MAX).nullish().describe('It must be on this one.'),
  planned_vehicle_id: text(ID_CHARS_MAX)
    .nullish()
    .describe(
      'It was on this one before; it leaves only where that saves more than `swap_cost_s`.',
    ),
  locked: z
    .boolean()
    .optional()
    .describe('Driven first, in the order sent, by the vehicle it must be on.'),
  shipment_ids: z
    .array(z.uuid())
    .min(1)
    .max(SHIPMENTS_MAX)
    .nullish()
    .describe('The parcels for this door; needed to apply the plan.'),
});

export const newRoutePlan = z
  .strictObject({
    vehicle: givenVehicle
      .optional()
      .describe('How all of them get about, as for couriers; default: `van`.'),
    start: coordinates.nullish().describe('Of the only vehicle.'),
    end: coordinates.nullish().describe('Of the only vehicle. Absent: it ends at its last stop.'),
    ...vehicleFields,
    vehicles: z
      .array(plannedVehicle)
      .min(1)
      .max(VEHICLES_MAX)
      .nullish()
      .describe('Instead of `start`, `end`, `departs_at`, `ends_at` and `capacity`.'),
    stops: z.array(plannedStop).min(1).max(STOPS_MAX),
    swap_cost_s: z
      .int()
      .min(0)
      .max(SWAP_S_MAX)
      .optional()
      .describe('Seconds on the road that a stop must save to change vehicles; default: 600.'),
    search_ms: z
      .int()
      .min(10)
      .max(2_000)
      .optional()
      .describe('Processor time for the search; default: 300.'),
    apply: z
      .boolean()
      .optional()
      .describe('Also make it the route of the couriers: their phones show the new order at once.'),
  })
  .refine(({ start, vehicles }) => Boolean(start) !== Boolean(vehicles), {
    path: ['start'],
    error: issueText('dispatch.sendStartOrVehicles'),
    params: { reason: issueText('dispatch.startOrVehiclesRequired') },
  })
  .meta({ id: 'NewRoutePlan' });
export type NewRoutePlan = z.output<typeof newRoutePlan>;

const callAtStop = z.strictObject({
  id: z.string(),
  arrives_at: instant,
  begins_at: instant.describe('After waiting for the window.'),
  leaves_at: instant,
  late_s: z.int().describe('Seconds after its window; only locked stops can be late.'),
  locked: z.boolean(),
  moved: z.boolean().describe('It was planned for another vehicle before.'),
});

export const routePlan = z
  .strictObject({
    feasible: z.boolean().describe('Everything asked for is met.'),
    routes: z.array(
      z.strictObject({
        vehicle_id: z.string(),
        courier_id: z.string().nullable(),
        departs_at: instant,
        done_at: instant.describe('At the end, or done with the last stop.'),
        late_s: z.int().describe('Seconds after `ends_at`.'),
        drive_s: z.int(),
        wait_s: z.int(),
        stops: z.array(callAtStop).describe('In the order to drive.'),
      }),
    ),
    unmet: z
      .array(
        z.strictObject({
          id: z.string(),
          why: z.enum(['capacity', 'window', 'shift_ends', 'no_room']),
          reason: z.string(),
        }),
      )
      .describe('Stops that are on no route, and what keeps them off.'),
    moved: z.int().describe('How many stops changed vehicles.'),
    travel_times: z.enum(['roads', 'straight_line']),
    solver: z.enum(['own', 'vroom']).describe('Who put the stops in order.'),
    warning: z
      .string()
      .nullable()
      .describe('Why VROOM did not, where it is set up; null: nothing to be said.'),
    applied: z.boolean(),
  })
  .meta({ id: 'RoutePlan' });
