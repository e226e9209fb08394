import { z } from 'zod';
import { type Forest, forestFromJson, forestToJson, ModelUnusable } from '../gbdt/index.ts';
import { finite, LIMITS, rounded, sparse, sparseCells, tuples } from '../model/numbers-json.ts';
import type { QuantileTrees } from './quantile-trees.ts';
import { PLAIN_COLUMNS, RIDE_COLUMNS } from './ride/ride-columns.ts';
import { CELL_PULL, COURIER_PULL, Effects } from './ride/ride-effects.ts';
import type { RideModel } from './ride/ride-model.ts';
import { RoadModel } from './road-model.ts';
import { UNDER_WAY_COLUMNS } from './under-way/under-way-columns.ts';
import { CALIBRATION_GROUPS, CALIBRATION_STEPS, WindowCalibrator } from './window-calibrator.ts';

const FORMAT = 'waybill-roads-1';
const COURIER_CHARS_MAX = 200;
const HOURS = 48;

const trees = z.strictObject({
  middle: z.tuple([z.unknown(), z.unknown()]),
  below: z.unknown(),
  above: z.unknown(),
});
const cells = tuples({ least: 0, most: 2 ** 48, isWhole: true }, LIMITS.finite, LIMITS.amount);
const counts = sparseCells(CALIBRATION_STEPS + 1);
const calibration = z.array(z.tuple([counts, counts])).length(CALIBRATION_GROUPS);

const modelJson = z.strictObject({
  format: z.literal(FORMAT),
  straight: z.strictObject({
    minutesPerKm: z.number().gt(0).max(1e4),
    byHour: z.array(z.number().gt(0).max(1e4).nullable()).length(HOURS),
  }),
  rides: z
    .strictObject({
      area: z.strictObject({
        lat: z.number().min(-90).max(90),
        lng: z.number().min(-180).max(180),
        west: finite,
        east: finite,
        south: finite,
        north: finite,
      }),
      usual: z.unknown(),
      couriers: z.array(z.tuple([z.string().max(COURIER_CHARS_MAX), finite, finite.min(0)])),
      from: cells,
      to: cells,
      trees,
    })
    .nullable(),
  underWay: trees.nullable(),
  departures: calibration,
  moments: calibration,
});

/**
 * The model as plain JSON, one or two megabytes compressed; read back, it gives the same results.
 */
export function roadModelToJson(model: RoadModel): unknown {
  const { rides, straight, underWay, departures, moments } = model.known();
  const json: z.input<typeof modelJson> = {
    format: FORMAT,
    straight: { minutesPerKm: straight.minutesPerKm, byHour: [...straight.byHour] },
    rides: rides === null ? null : ridesToJson(rides),
    underWay: underWay === null ? null : treesToJson(underWay),
    departures: calibrationToJson(departures),
    moments: calibrationToJson(moments),
  };
  return json;
}

function ridesToJson({ area, usual, effects, trees: grown }: RideModel) {
  const short = <Key>([key, sum, count]: [Key, number, number]): [Key, number, number] => [
    key,
    rounded(sum),
    count,
  ];
  return {
    area: { ...area },
    usual: forestToJson(usual),
    couriers: effects.courier.entries().map(short),
    from: effects.from.entries().map(short),
    to: effects.to.entries().map(short),
    trees: treesToJson(grown),
  };
}

function treesToJson({ middle, below, above }: QuantileTrees) {
  return {
    middle: [forestToJson(middle[0]), forestToJson(middle[1])] as [unknown, unknown],
    below: forestToJson(below),
    above: forestToJson(above),
  };
}

function calibrationToJson(calibrator: WindowCalibrator) {
  return calibrator
    .state()
    .map(([below, above]): [[number, number][], [number, number][]] => [
      sparse(below),
      sparse(above),
    ]);
}

/**
 * Reads a stored model. Throws `ModelUnusable` with the first error: half a model predicts worse
 * than none.
 */
export function roadModelFromJson(value: unknown): RoadModel {
  const read = modelJson.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue?.path.join('.') ?? '';
    throw new ModelUnusable(`${place === '' ? 'the model' : place}: ${issue?.message}`);
  }
  const { straight, rides, underWay, departures, moments } = read.data;
  if (rides === null && underWay !== null)
    throw new ModelUnusable('underWay: it needs rides, and there are none');
  return new RoadModel({
    straight,
    rides: rides === null ? null : { ...ridesFromJson(rides), straight },
    underWay: underWay === null ? null : treesFromJson(underWay, UNDER_WAY_COLUMNS, 'underWay'),
    departures: new WindowCalibrator(departures),
    moments: new WindowCalibrator(moments),
  });
}

function ridesFromJson(rides: NonNullable<z.output<typeof modelJson>['rides']>) {
  return {
    area: rides.area,
    usual: forestOver(rides.usual, PLAIN_COLUMNS, 'rides.usual'),
    effects: {
      courier: new Effects<string>(COURIER_PULL, rides.couriers),
      from: new Effects<number>(CELL_PULL, rides.from),
      to: new Effects<number>(CELL_PULL, rides.to),
    },
    trees: treesFromJson(rides.trees, RIDE_COLUMNS, 'rides.trees'),
  };
}

function treesFromJson(
  { middle, below, above }: z.output<typeof trees>,
  columns: readonly string[],
  where: string,
): QuantileTrees {
  const ends = [...columns, 'middle'];
  return {
    middle: [
      forestOver(middle[0], columns, `${where}.middle.0`),
      forestOver(middle[1], columns, `${where}.middle.1`),
    ],
    below: forestOver(below, ends, `${where}.below`),
    above: forestOver(above, ends, `${where}.above`),
  };
}

/** Reads a forest and checks its columns: trees over other columns would read the wrong numbers. */
function forestOver(value: unknown, columns: readonly string[], where: string): Forest {
  const forest = forestFromJson(value);
  const found = forest.columns.map(({ name, kind }) => `${name} (${kind})`).join();
  if (found === columns.map((name) => `${name} (number)`).join()) return forest;
  throw new ModelUnusable(
    `${where}: its columns are not the ones this version reads, so train it again`,
  );
}
