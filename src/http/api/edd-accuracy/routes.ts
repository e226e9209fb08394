import type { z } from 'zod';
import type { ErrorText } from '../../../kernel/errors.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import {
  type Accuracy,
  type AccuracyQuery,
  accuracyOf,
  accuracyOfAll,
  type DateFigures,
} from '../../../reactions/predictions/index.ts';
import { resource } from '../../kit/resource.ts';
import { invalidMember } from '../../kit/validation.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { opsResource } from '../ops/ops-resource.ts';
import { accuracy, accuracyFilter, opsAccuracyFilter } from './schema.ts';

const DAY_MS = 86_400_000;
const DAYS_SHOWN = 90;
/** The maximum of days, which is the retention period of the ledger. */
const DAYS_MAX = 731;

/** Accuracy of the estimates that were shown. */
export const eddAccuracy = resource(
  { noun: 'estimate', tag: 'Delivery dates' },
  {
    get: {
      id: 'getDeliveryDateAccuracy',
      method: 'GET',
      path: '/edd/accuracy',
      summary: 'Get the accuracy of delivery dates',
      description:
        "For parcels delivered in the period: our dates, the carrier's and your promises, and how useful early warnings were (docs/predictions.md, Accuracy).",
      scope: 'shipments:read',
      query: accuracyFilter,
      opsAccuracyFilter,
      shed: {},
      answers: { 200: { description: 'The figures per group.', schema: accuracy } },
    },
  },
  ({ db, clock }: { readonly db: Database; readonly clock: Clock }) => ({
    get: async ({ tenant, query }) => {
      const wanted = parseAccuracyQuery(query, clock.nowMs());
      return { status: 200, body: accuracyJson(wanted, await accuracyOf(db, tenant, wanted)) };
    },
  }),
);

/** Completes the query with defaults; throws a 422 for days or options that do not fit together. */
export function parseAccuracyQuery(
  query: z.output<typeof accuracyFilter>,
  nowMs: number,
): AccuracyQuery {
  const { carrier = null, lane = null, stage = null, group_by: by = null, limit } = query;
  const to = query.to ?? dayOf(nowMs);
  const untilMs = Date.parse(`${to}T00:00:00Z`) + DAY_MS;
  const from = query.from ?? dayOf(untilMs - DAYS_SHOWN * DAY_MS);
  const periodMs = untilMs - Date.parse(`${from}T00:00:00Z`);
  if (periodMs <= 0 || periodMs > DAYS_MAX * DAY_MS) {
    const reason: ErrorText = { 'estimates.fromOutOfRange': { daysMax: DAYS_MAX } };
    throw invalidMember('?from', reason, 'estimates.sendEarlierDay');
  }
  const inStage = by === 'stage' || stage !== null;
  const at = query.at ?? (inStage ? 'stage' : 'hand_over');
  if (at === 'stage' && !inStage) {
    const reason = 'estimates.countedOncePerStage';
    throw invalidMember('?at', reason, 'estimates.groupByStage');
  }
  return {
    from,
    to,
    at,
    by,
    carrier,
    lane,
    stage,
    limit,
    serviceLevel: query.service_level ?? null,
  };
}

function accuracyJson(
  { from, to, at, by }: AccuracyQuery,
  { countedFrom, groups, leftOut }: Accuracy,
) {
  return {
    from,
    to,
    counted_from: countedFrom,
    at,
    group_by: by,
    data: groups.map(({ group, parcels, ours, carrier, promise, compared, warnings }) => ({
      group,
      parcels,
      ours: figuresJson(ours),
      carrier: figuresJson(carrier),
      promise: figuresJson(promise),
      compared: {
        n: compared.n,
        ours_mae_days: days(compared.oursMaeDays),
        carrier_mae_days: days(compared.carrierMaeDays),
      },
      warnings: {
        n: warnings.n,
        warned: warnings.warned,
        missed: warnings.missed,
        precision: share(warnings.precision),
        recall: share(warnings.recall),
        brier: share(warnings.brier),
      },
    })),
    left_out: leftOut,
  };
}

function figuresJson(of: DateFigures) {
  return {
    n: of.n,
    mae_days: days(of.maeDays),
    exact_share: share(of.exactShare),
    within_1_day: share(of.within1Day),
    late_share: share(of.lateShare),
    bias_days: days(of.biasDays),
    windows: of.windows,
    coverage: share(of.coverage),
    width_days: days(of.widthDays),
  };
}

/** To the hundredth of a day and the tenth of a per cent, as `waybill edd evaluate` prints them. */
function days(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}

function share(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1_000) / 1_000;
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Accuracy of estimates, for all merchants or one. */
export const opsAccuracy = opsResource(
  { noun: 'estimate', tag: 'Operators' },
  {
    get: {
      id: 'getOpsDeliveryDateAccuracy',
      method: 'GET',
      path: '/ops/edd/accuracy',
      summary: 'Get the accuracy of delivery dates of all merchants',
      description: 'Like `GET /v1/edd/accuracy`, for all merchants or one.',
      scope: 'ops:read',
      query: opsAccuracyFilter,
      answers: { 200: { description: 'The figures per group.', schema: accuracy } },
    },
  },
  ({ db, clock }: OpsParts) => ({
    get: async ({ query: { merchant, mode, ...query } }) => {
      const wanted = parseAccuracyQuery(query, clock.nowMs());
      const merchants = merchant === undefined ? [] : await visibleMerchants(db.pipeline);
      const merchantId = merchants.find(({ slug }) => slug === merchant)?.id ?? null;
      if (merchant !== undefined && merchantId === null) {
        const fix = 'estimates.useMerchantSlug';
        throw invalidMember('?merchant', 'scans.noSuchMerchant', fix);
      }
      const found = await accuracyOfAll(db, { merchantId, mode }, wanted);
      return { status: 200, body: accuracyJson(wanted, found) };
    },
  }),
);
