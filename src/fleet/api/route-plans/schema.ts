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
  departs_at: givenInstant.nullish().meta({ description: 'Default: now.' }),
  ends_at: givenInstant.nullish().meta({
    description: 'Done by then, and back where there is an `end`.',
  }),
  capacity: capacity.nullish().meta({ description: 'What it carries at most.' }),
};

const plannedVehicle = z.strictObject({
  id: text(ID_CHARS_MAX).meta({ description: 'Your own.', example: 'van-1' }),
  start: coordinates,
  end: coordinates.nullish().meta({ description: 'Absent: the round ends at its last stop.' }),
  ...vehicleFields,
  courier_id: courierId
    .optional()
    .meta({ description: 'Who drives it; needed to apply the plan.' }),
});

const plannedStop = z.strictObject({
  id: text(ID_CHARS_MAX).meta({ description: 'Your own.', example: 'order-2001' }),
  lat,
  lng,
  window: timeWindow.nullish().meta({ description: 'Service begins within it.' }),
  service_s: z.int().min(0).max(SERVICE_S_MAX).nullish().meta({
    description: 'Seconds at the door; default: 180.',
  }),
  parcels: z.int().min(0).max(PARCELS_MAX).nullish().meta({
    description: 'What it takes of the capacity; default: one, or as many as `shipment_ids`.',
  }),
  weight_g: z.int().min(0).max(WEIGHT_G_MAX).nullish(),
  vehicle_id: text(ID_CHARS_MAX).nullish().meta({ description: 'It must be on this one.' }),
  planned_vehicle_id: text(ID_CHARS_MAX).nullish().meta({
    description:
      'It was on this one before; it leaves only where that saves more than `swap_cost_s`.',
  }),
  locked: z.boolean().optional().meta({
    description: 'Driven first, in the order sent, by the vehicle it must be on.',
  }),
  shipment_ids: z.array(z.uuid()).min(1).max(SHIPMENTS_MAX).nullish().meta({
    description: 'The parcels for this door; needed to apply the plan.',
  }),
});

export const newRoutePlan = z
  .strictObject({
    vehicle: givenVehicle
      .optional()
      .meta({ description: 'How all of them get about, as for couriers; default: `van`.' }),
    start: coordinates.nullish().meta({ description: 'Of the only vehicle.' }),
    end: coordinates
      .nullish()
      .meta({ description: 'Of the only vehicle. Absent: it ends at its last stop.' }),
    ...vehicleFields,
    vehicles: z.array(plannedVehicle).min(1).max(VEHICLES_MAX).nullish().meta({
      description: 'Instead of `start`, `end`, `departs_at`, `ends_at` and `capacity`.',
    }),
    stops: z.array(plannedStop).min(1).max(STOPS_MAX),
    swap_cost_s: z.int().min(0).max(SWAP_S_MAX).optional().meta({
      description: 'Seconds on the road that a stop must save to change vehicles; default: 600.',
    }),
    search_ms: z.int().min(10).max(2_000).optional().meta({
      description: 'Processor time for the search; default: 300.',
    }),
    apply: z.boolean().optional().meta({
      description:
        'Also make it the route of the couriers: their phones show the new order at once.',
    }),
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
  begins_at: instant.meta({ description: 'After waiting for the window.' }),
  leaves_at: instant,
  late_s: z.int().meta({ description: 'Seconds after its window; only locked stops can be late.' }),
  locked: z.boolean(),
  moved: z.boolean().meta({ description: 'It was planned for another vehicle before.' }),
});

export const routePlan = z
  .strictObject({
    feasible: z.boolean().meta({ description: 'Everything asked for is met.' }),
    routes: z.array(
      z.strictObject({
        vehicle_id: z.string(),
        courier_id: z.string().nullable(),
        departs_at: instant,
        done_at: instant.meta({ description: 'At the end, or done with the last stop.' }),
        late_s: z.int().meta({ description: 'Seconds after `ends_at`.' }),
        drive_s: z.int(),
        wait_s: z.int(),
        stops: z.array(callAtStop).meta({ description: 'In the order to drive.' }),
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
      .meta({ description: 'Stops that are on no route, and what keeps them off.' }),
    moved: z.int().meta({ description: 'How many stops changed vehicles.' }),
    travel_times: z.enum(['roads', 'straight_line']),
    solver: z.enum(['own', 'vroom']).meta({ description: 'Who put the stops in order.' }),
    warning: z
      .string()
      .nullable()
      .meta({ description: 'Why VROOM did not, where it is set up; null: nothing to be said.' }),
    applied: z.boolean(),
  })
  .meta({ id: 'RoutePlan' });
