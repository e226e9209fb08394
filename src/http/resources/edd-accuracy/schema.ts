import { z } from 'zod';
import { STATUSES } from '../../../kernel/status.ts';
import { givenDate, localDate } from '../../../kernel/time/time-kinds.ts';
import { ACCURACY_AT, ACCURACY_BY } from '../../../reactions/predictions/index.ts';
import { count } from '../../kit/schemas/count.ts';
import { text } from '../../kit/schemas/text.ts';

export const ACCURACY_GROUPS_SHOWN = 50;
const GROUPS_MAX = 200;

export const accuracyFilter = z.strictObject({
  from: givenDate
    .optional()
    .meta({ description: 'First day of delivery, at the destination; left out: 90 days.' }),
  to: givenDate.optional().meta({ description: 'Last day; left out: today, in UTC.' }),
  carrier: text(64).optional(),
  lane: text(100).optional().meta({ example: 'US-10 → US-94' }),
  service_level: text(64).optional(),
  stage: z
    .enum(STATUSES)
    .optional()
    .meta({ description: 'Status of the parcel when the date was first shown.' }),
  group_by: z.enum(ACCURACY_BY).optional().meta({
    description: '`month`: of the delivery. `source`: who said our date. Left out: all in one.',
  }),
  at: z.enum(ACCURACY_AT).optional().meta({
    description:
      'Which date of each parcel is judged: the `first` that was shown; the `last` before it came; the one that stood when we had heard of the hand-over (`hand_over`); or the last that was first shown in each stage (`stage`, only with `group_by=stage` or a `stage`). Left out: `stage` where one of these two is given, else `hand_over`.',
  }),
  limit: count(1, GROUPS_MAX, ACCURACY_GROUPS_SHOWN),
});

/** Operators look at one merchant, or at all of them. */
export const opsAccuracyFilter = accuracyFilter.extend({
  merchant: text(64)
    .optional()
    .meta({ description: 'Name in paths, such as `acme`; left out: all merchants.' }),
  mode: z.enum(['test', 'live']).default('live'),
});

const amount = z.int().min(0);
const share = z.number().min(0).max(1).nullable();
const days = z.number().nullable();

const dateFigures = z
  .strictObject({
    n: amount.meta({ description: 'Parcels that had such a date.' }),
    mae_days: days.meta({ description: 'Mean error without its sign.' }),
    exact_share: share.meta({ description: 'Came on the day.' }),
    within_1_day: share,
    late_share: share.meta({ description: 'Came later than said.' }),
    bias_days: days.meta({ description: 'Mean of delivered − said.' }),
    windows: amount.meta({ description: 'Of the dates, those with a window.' }),
    coverage: share.meta({ description: 'Of the windows: came within it.' }),
    width_days: days.meta({ description: 'From the first day of a window to its last.' }),
  })
  .meta({ id: 'DateFigures', description: 'Calendar days; null where there is nothing to judge.' });

const group = z
  .strictObject({
    group: z.string().nullable(),
    parcels: amount.meta({ description: 'Delivered, with a date of anybody.' }),
    ours: dateFigures,
    carrier: dateFigures,
    promise: dateFigures,
    compared: z
      .strictObject({ n: amount, ours_mae_days: days, carrier_mae_days: days })
      .meta({ description: 'The parcels of which both we and the carrier had a date.' }),
    warnings: z
      .strictObject({
        n: amount,
        warned: amount,
        missed: amount,
        precision: share.meta({ description: 'Part of the warnings that came true.' }),
        recall: share.meta({ description: 'Part of the missed days that was warned of.' }),
        brier: share.meta({ description: 'Mean square of what the probabilities were off by.' }),
      })
      .meta({ description: 'Of the promised day, or else of the first that the carrier told.' }),
  })
  .meta({ id: 'AccuracyGroup' });

export const accuracy = z
  .strictObject({
    from: localDate,
    to: localDate,
    counted_from: localDate.meta({
      description: 'Later than `from` where there are more dates than are counted at once.',
    }),
    at: z.enum(ACCURACY_AT),
    group_by: z.enum(ACCURACY_BY).nullable(),
    data: z.array(group).meta({
      description: 'Most parcels first; months the newest first. Without groups there is one.',
    }),
    left_out: amount.meta({ description: 'Groups beyond `limit`.' }),
  })
  .meta({ id: 'Accuracy' });
