import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/database.ts';
import {
  type Accuracy,
  type AccuracyQuery,
  accuracyOf,
  type DateFigures,
} from '../../../reactions/predictions/index.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { QueryOf } from '../../kit/operation.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import { accuracyOperation } from './operations.ts';

const DAY_MS = 86_400_000;
const DAYS_SHOWN = 90;
/** The retention period of the ledger. */
const DAYS_MAX = 731;

/** Accuracy of the estimates that were shown. */
export function accuracyRoutes(
  api: MerchantApi,
  { db, clock }: { readonly db: Database; readonly clock: Clock },
): readonly Route[] {
  return [
    merchantRoute(api, accuracyOperation, async ({ tenant, query }) => {
      const wanted = accuracyWanted(query, clock.nowMs());
      return { status: 200, body: accuracyJson(wanted, await accuracyOf(db, tenant, wanted)) };
    }),
  ];
}

/** Throws a 422 for incompatible days and options. */
export function accuracyWanted(
  query: QueryOf<typeof accuracyOperation>,
  nowMs: number,
): AccuracyQuery {
  const { carrier = null, lane = null, stage = null, group_by: by = null, limit } = query;
  const to = query.to ?? dayOf(nowMs);
  const untilMs = Date.parse(`${to}T00:00:00Z`) + DAY_MS;
  const from = query.from ?? dayOf(untilMs - DAYS_SHOWN * DAY_MS);
  const lastsMs = untilMs - Date.parse(`${from}T00:00:00Z`);
  if (lastsMs <= 0 || lastsMs > DAYS_MAX * DAY_MS) {
    const reason = `Not within ${DAYS_MAX} days before "to".`;
    throw invalidMember('?from', reason, 'Send a day before "to", at most two years.');
  }
  const inStage = by === 'stage' || stage !== null;
  const at = query.at ?? (inStage ? 'stage' : 'hand_over');
  if (at === 'stage' && !inStage) {
    const reason = 'A parcel would be counted once per stage.';
    throw invalidMember('?at', reason, 'Send group_by=stage or a stage with it.');
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

export function accuracyJson(
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
