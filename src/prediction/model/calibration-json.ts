import { z } from 'zod';
import {
  type CalibrationState,
  Calibrator,
  CUSTOMER_RATE,
  WINDOW_RATE,
} from '../calibration/calibrator.ts';
import { LevelShift, SHARE_CLOCK } from '../calibration/level-shift.ts';
import { PointLean } from '../calibration/point-lean.ts';
import { RateController } from '../calibration/rate-controller.ts';
import { SHIFT_WEIGHTS, ShiftWeight } from '../calibration/shift-weight.ts';
import { SurvivalTable } from '../lanes/survival-table.ts';
import { amount, finite, rounded, sparse, sparseCells, whole } from './numbers-json.ts';

const levels = z.array(z.tuple([z.string(), z.number().min(-5).max(5)]));

export const calibrationJson = z.strictObject({
  day: whole.nullable(),
  shift: z.array(z.tuple([z.string(), whole, sparseCells(2 * SHARE_CLOCK.bins)])),
  window: levels,
  customer: levels,
  lean: z.strictObject({ atMedian: finite, atMean: finite, count: amount }),
  belief: z.strictObject({
    losses: z.array(amount).length(SHIFT_WEIGHTS.length).readonly(),
    count: amount,
  }),
});

export function calibrationToJson(state: CalibrationState): z.input<typeof calibrationJson> {
  const { shift, window, customer, lean, belief, day } = state;
  return {
    day,
    shift: shift.entries().map(([key, table]) => [key, table.day, sparse(table.cells)]),
    window: window.entries().map(([key, level]) => [key, rounded(level)]),
    customer: customer.entries().map(([key, level]) => [key, rounded(level)]),
    lean: lean.state(),
    belief: belief.state(),
  };
}

export function calibrationFromJson(json: z.output<typeof calibrationJson>): Calibrator {
  const tables = json.shift.map(
    ([key, day, cells]) => [key, new SurvivalTable(SHARE_CLOCK, day, cells)] as const,
  );
  return new Calibrator({
    shift: new LevelShift(new Map(tables)),
    window: new RateController(WINDOW_RATE, new Map(json.window)),
    customer: new RateController(CUSTOMER_RATE, new Map(json.customer)),
    lean: new PointLean(json.lean),
    belief: new ShiftWeight(json.belief),
    day: json.day,
  });
}
