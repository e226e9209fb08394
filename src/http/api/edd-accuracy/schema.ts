import { z } from 'zod';
import { STATUSES } from '../../../kernel/status.ts';
import { givenDate, localDate } from '../../../kernel/time/time-kinds.ts';
import { text } from '../../../kernel/wire/explain-issues.ts';
import { ACCURACY_AT, ACCURACY_BY } from '../../../reactions/predictions/index.ts';
import { count } from '../../kit/schemas.ts';

export const ACCURACY_GROUPS_SHOWN = 50;
const GROUPS_MAX = 200;

export const accuracyFilter = z.strictObject({
  from: givenDate
    .optional()
    .describe('First day of delivery, at the destination. Default: 90 days ago.'),
  to: givenDate.optional().describe('Last day. Default: today, in UTC.'),
  carrier: text(64).optional(),
  lane: text(100).optional().meta({ example: 'US-10 → US-94' }),
  service_level: text(64).optional(),
  stage: z.enum(STATUSES).optional().describe("The parcel's status when the date was first shown."),
  group_by: z
    .enum(ACCURACY_BY)
    .optional()
    .describe(
      '`month`: of the delivery. `source`: what our date came from. Default: everything in one group.',
    ),
  at: z
    .enum(ACCURACY_AT)
    .optional()
    .describe(
      "Which of a parcel's dates is evaluated: the `first` shown, the `last` before delivery, the one shown when acceptance was known (`hand_over`), or the last one first shown in each stage (`stage`, only with `group_by=stage` or a `stage`). Default: `stage` with either of those, otherwise `hand_over`.",
    ),
  limit: count(1, GROUPS_MAX, ACCURACY_GROUPS_SHOWN),
});

/** Operators select one merchant, or all of them. */
export const opsAccuracyFilter = accuracyFilter.extend({
  merchant: text(64)
    .optional()
    .describe("The merchant's slug, such as `acme`. Default: all merchants."),
  mode: z.enum(['test', 'live']).default('live'),
});

const amount = z.int().min(0);
const shareOrNull = z.number().min(0).max(1).nullable();
const days = z.number().nullable();

const dateFigures = z
  .strictObject({
    n: amount.describe('Parcels that had such a date.'),
    mae_days: days.describe('The mean absolute error.'),
    exact_share: shareOrNull.describe('Delivered on the day.'),
    within_1_day: shareOrNull,
    late_share: shareOrNull.describe('Delivered later.'),
    bias_days: days.describe('The mean of delivered − estimated.'),
    windows: amount.describe('Dates that had a window.'),
    coverage: shareOrNull.describe('Windows in which the delivery fell.'),
    width_days: days.describe('The length of a window, from its first day to its last.'),
  })
  .meta({
    id: 'DateFigures',
    description: 'In calendar days. Null if there is nothing to evaluate.',
  });

const group = z
  .strictObject({
    group: z.string().nullable(),
    parcels: amount.describe('Delivered parcels that had any date.'),
    ours: dateFigures,
    carrier: dateFigures,
    promise: dateFigures,
    compared: z
      .strictObject({ n: amount, ours_mae_days: days, carrier_mae_days: days })
      .describe('Parcels for which both we and the carrier had a date.'),
    warnings: z
      .strictObject({
        n: amount,
        warned: amount,
        missed: amount,
        precision: shareOrNull.describe('The share of warnings that came true.'),
        recall: shareOrNull.describe('The share of missed days with a warning.'),
        brier: shareOrNull.describe('The mean squared error of the probabilities.'),
      })
      .describe("For the promised day, otherwise for the carrier's first."),
  })
  .meta({ id: 'AccuracyGroup' });

export const accuracy = z
  .strictObject({
    from: localDate,
    to: localDate,
    counted_from: localDate.describe(
      'Later than the requested `from` if there are more dates than one evaluation covers.',
    ),
    at: z.enum(ACCURACY_AT),
    group_by: z.enum(ACCURACY_BY).nullable(),
    data: z
      .array(group)
      .describe('Largest group first; months newest first. Without grouping there is one.'),
    left_out: amount.describe('The number of groups beyond `limit`.'),
  })
  .meta({ id: 'Accuracy' });
