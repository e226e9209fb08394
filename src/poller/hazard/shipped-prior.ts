import type { Status } from '../../kernel/status.ts';
import { AGE_BINS, AGE_EDGES_H, CLOCK_BINS } from './bins.ts';
import { ANY, cellKey, type HazardCell, type HazardTable, type UpdateHazard } from './table.ts';

/**
 * The assumptions before anything was learned: how parcels move nearly everywhere. They are
 * collected in the afternoon of working days, sorted at night, out for delivery once a morning and
 * seldom on Sundays, delivered some hours later. The figures are judgement, not measurement; a few
 * dozen facts of a carrier outweigh them.
 */
type Knots = readonly (readonly [at: number, factor: number])[];

/** Factors by local hour. */
const CLOCK = {
  any: [[0, 1]],
  collected: [
    [0, 0.1],
    [7, 0.2],
    [11, 0.8],
    [14, 2],
    [18, 3],
    [20, 1],
    [22, 0.2],
  ],
  sorted: [
    [0, 1.8],
    [5, 1.2],
    [8, 0.4],
    [15, 0.4],
    [19, 1],
    [21, 1.8],
  ],
  vanLeaves: [
    [0, 0.05],
    [4, 0.1],
    [6, 2],
    [7.5, 6],
    [9.5, 4],
    [11.5, 1],
    [14, 0.3],
    [20, 0.05],
  ],
  atDestination: [
    [0, 0.02],
    [6, 0.1],
    [8, 0.7],
    [10, 1.6],
    [17, 1.6],
    [20, 0.8],
    [22, 0.1],
  ],
  inOffices: [
    [0, 0.3],
    [7, 0.8],
    [10, 1.6],
    [17, 1.4],
    [21, 0.5],
  ],
} satisfies Record<string, Knots>;

/** Factors by hours since the last fact. */
const AGE = {
  any: [[0, 1]],
  sorting: [
    [0, 0.5],
    [1, 1],
    [6, 1.5],
    [16, 1],
    [30, 0.4],
    [72, 0.15],
  ],
  leg: [
    [0, 0.1],
    [3, 0.4],
    [8, 1.2],
    [24, 1.2],
    [48, 0.7],
    [120, 0.3],
  ],
  waitsForVan: [
    [0, 0.3],
    [4, 0.7],
    [9, 1.5],
    [30, 1.2],
    [60, 0.5],
    [120, 0.2],
  ],
  round: [
    [0, 0.4],
    [1, 0.9],
    [3, 1.4],
    [8, 1.6],
    [14, 0.8],
    [30, 0.3],
  ],
  label: [
    [0, 0.4],
    [2, 1],
    [24, 1.2],
    [72, 0.6],
    [168, 0.2],
  ],
} satisfies Record<string, Knots>;

/** Factors by weekday, Monday first. */
const WEEKDAY = {
  any: [1, 1, 1, 1, 1, 0.9, 0.7],
  working: [1.3, 1.3, 1.3, 1.3, 1.3, 0.4, 0.1],
  delivering: [1.2, 1.2, 1.2, 1.2, 1.2, 0.9, 0.15],
};

/** Factors by local date minus EDD, −5 … 4, and without an EDD. */
const EDD = {
  any: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
  lastMile: [0.15, 0.25, 0.4, 0.6, 1, 1.8, 1.6, 1.4, 1.2, 1, 1],
};

interface PriorShape {
  readonly perHour: number;
  readonly clock?: keyof typeof CLOCK;
  readonly age?: keyof typeof AGE;
  readonly weekday?: keyof typeof WEEKDAY;
  readonly edd?: keyof typeof EDD;
}

const HELD_UP: PriorShape = { perHour: 0.0015 };
const VAN: PriorShape = {
  perHour: 0.02,
  clock: 'vanLeaves',
  age: 'waitsForVan',
  weekday: 'delivering',
  edd: 'lastMile',
};
const ARRIVAL: PriorShape = { perHour: 0.05, age: 'leg' };
const DEPARTURE: PriorShape = { perHour: 0.05, clock: 'sorted', age: 'sorting' };
const DESTINATION_SHAPE: PriorShape = {
  perHour: 0.004,
  clock: 'atDestination',
  weekday: 'delivering',
  edd: 'lastMile',
};
const OFFICE: PriorShape = { perHour: 0.004, clock: 'inOffices', weekday: 'working' };

const ASSUMPTIONS: Readonly<Partial<Record<Status, Partial<Record<Status, PriorShape>>>>> = {
  created: {
    picked_up: { perHour: 0.03, clock: 'collected', age: 'label', weekday: 'working' },
    at_facility: { perHour: 0.006, clock: 'sorted', age: 'label' },
    in_transit: { perHour: 0.006, clock: 'sorted', age: 'label' },
    exception: { perHour: 0.0005 },
    cancelled: { perHour: 0.0003, clock: 'inOffices' },
  },
  picked_up: {
    at_facility: { ...ARRIVAL, perHour: 0.08, age: 'sorting' },
    in_transit: { ...DEPARTURE, perHour: 0.02 },
    out_for_delivery: { ...VAN, perHour: 0.002 },
    exception: HELD_UP,
  },
  in_transit: {
    at_facility: ARRIVAL,
    in_transit: { perHour: 0.01, age: 'leg' },
    out_for_delivery: { ...VAN, perHour: 0.01 },
    available_for_pickup: { ...DESTINATION_SHAPE, perHour: 0.001 },
    delivered: { ...DESTINATION_SHAPE, perHour: 0.002 },
    exception: HELD_UP,
    returning: { perHour: 0.0002 },
  },
  at_facility: {
    in_transit: DEPARTURE,
    at_facility: { perHour: 0.01, age: 'sorting' },
    out_for_delivery: VAN,
    available_for_pickup: { ...DESTINATION_SHAPE, perHour: 0.001 },
    delivered: { ...DESTINATION_SHAPE, perHour: 0.002 },
    exception: HELD_UP,
    returning: { perHour: 0.0002 },
  },
  out_for_delivery: {
    delivered: { perHour: 0.12, clock: 'atDestination', age: 'round', weekday: 'delivering' },
    delivery_attempted: { perHour: 0.008, clock: 'atDestination', age: 'round' },
    available_for_pickup: { perHour: 0.004, clock: 'atDestination', age: 'round' },
    exception: { perHour: 0.006, clock: 'atDestination', age: 'round' },
    at_facility: { perHour: 0.003, age: 'leg' },
    returning: { perHour: 0.0005 },
  },
  available_for_pickup: {
    delivered: { perHour: 0.015, clock: 'atDestination', weekday: 'delivering' },
    returning: { perHour: 0.002, clock: 'inOffices' },
    exception: { perHour: 0.0005 },
  },
  delivery_attempted: {
    out_for_delivery: { ...VAN, perHour: 0.03, edd: 'any' },
    available_for_pickup: { perHour: 0.01, clock: 'atDestination' },
    at_facility: { perHour: 0.01, age: 'sorting' },
    delivered: { ...DESTINATION_SHAPE, edd: 'any' },
    exception: HELD_UP,
    returning: { perHour: 0.001, clock: 'inOffices' },
  },
  exception: {
    in_transit: { ...OFFICE, perHour: 0.012 },
    at_facility: { ...OFFICE, perHour: 0.008 },
    out_for_delivery: { ...VAN, perHour: 0.015, edd: 'any' },
    delivered: { ...DESTINATION_SHAPE, edd: 'any' },
    exception: { perHour: 0.002 },
    returning: { ...OFFICE, perHour: 0.001 },
    returned_to_sender: { ...OFFICE, perHour: 0.0003 },
  },
  returning: {
    in_transit: { ...DEPARTURE, perHour: 0.02 },
    at_facility: { ...ARRIVAL, perHour: 0.02 },
    returning: { perHour: 0.01, age: 'leg' },
    returned_to_sender: { perHour: 0.008, clock: 'atDestination', weekday: 'delivering' },
    exception: HELD_UP,
  },
};

/** The hours within which 99 of 100 parcels have an update. */
const SILENCE_P99_H: Readonly<Partial<Record<Status, number>>> = {
  created: 168,
  out_for_delivery: 24,
  available_for_pickup: 336,
  delivery_attempted: 96,
  returning: 168,
};
const SILENCE_USUAL_H = 120;

/** The hazard table of a new installation. */
export const SHIPPED_PRIOR: HazardTable = {
  format: 1,
  version: 'prior',
  learned: { parcels: 0, facts: 0 },
  drift: [],
  past_drift: [],
  cells: Object.fromEntries(
    (Object.keys(ASSUMPTIONS) as Status[]).map((status) => [
      cellKey(ANY, ANY, status),
      cellOf(status, ASSUMPTIONS[status] ?? {}),
    ]),
  ),
};

function cellOf(status: Status, shapes: Partial<Record<Status, PriorShape>>): HazardCell {
  const next: Partial<Record<Status, UpdateHazard>> = {};
  for (const update of Object.keys(shapes) as Status[]) {
    const shape = shapes[update];
    if (shape !== undefined) next[update] = hazardOf(shape);
  }
  return { silence_p99_h: SILENCE_P99_H[status] ?? SILENCE_USUAL_H, next };
}

function hazardOf({ perHour, clock, age, weekday, edd }: PriorShape): UpdateHazard {
  return {
    facts: 0,
    per_hour: perHour,
    age: AGE_EDGES_H.slice(0, AGE_BINS).map((hours) => interpolate(AGE[age ?? 'any'], hours)),
    clock: Array.from({ length: CLOCK_BINS }, (_, bin) =>
      interpolate(CLOCK[clock ?? 'any'], bin / 2),
    ),
    weekday: WEEKDAY[weekday ?? 'any'],
    edd: EDD[edd ?? 'any'],
  };
}

/** Interpolates linearly between two knots; the last one also applies beyond it. */
function interpolate(knots: Knots, where: number): number {
  const after = knots.findIndex(([knot]) => knot > where);
  const [x, y] = knots[(after === -1 ? knots.length : after) - 1] ?? [0, 1];
  const [nextX, nextY] = knots[after] ?? [x + 1, y];
  return y + ((nextY - y) * (where - x)) / (nextX - x);
}
