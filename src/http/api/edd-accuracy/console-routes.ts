import { h } from 'preact';
import { MODES } from '../../../kernel/tenant.ts';
import { visibleMerchants } from '../../../merchants/index.ts';
import { type AccuracyQuery, accuracyOfAll } from '../../../reactions/predictions/index.ts';
import { deskPage } from '../../console/kit/desk-route.ts';
import type { DeskDeps } from '../../console/kit/visit.ts';
import type { Route } from '../../kit/route.ts';
import { AccuracyPage, type AccuracyRequest, GROUPED, JUDGED, PERIODS } from './console-page.tsx';
import { parseAccuracyQuery } from './routes.ts';
import { ACCURACY_GROUPS_SHOWN } from './schema.ts';

const DAY_MS = 86_400_000;

/** Accuracy of estimates, for people. Missing or invalid parameters fall back to defaults. */
export function accuracyConsoleRoutes(deps: DeskDeps): readonly Route[] {
  const { db, clock } = deps.parts;
  return [
    deskPage(deps, 'readAccuracy', async (call) => {
      const merchants = await visibleMerchants(db.pipeline);
      const parameter = (name: string) => call.query.get(name);
      const wanted: AccuracyRequest = {
        by: GROUPED.find((name) => name === parameter('group_by')) ?? 'carrier',
        at: JUDGED.find((name) => name === parameter('at')) ?? 'hand_over',
        days: PERIODS.find((each) => String(each) === parameter('days')) ?? 90,
        mode: MODES.find((each) => each === parameter('mode')) ?? null,
        merchant: merchants.find(({ slug }) => slug === parameter('merchant')) ?? null,
      };
      const query = queryOf(wanted, clock.nowMs());
      const whose = { merchantId: wanted.merchant?.id ?? null, mode: wanted.mode };
      const found = await accuracyOfAll(db, whose, query);
      // By stage, a parcel counts once in each stage, so there is no total.
      const total =
        wanted.by === 'stage'
          ? { ...found, groups: [] }
          : await accuracyOfAll(db, whose, { ...query, by: null });
      return h(AccuracyPage, { deps, call, wanted, query, merchants, total, found });
    }),
  ];
}

function queryOf({ by, at, days }: AccuracyRequest, nowMs: number): AccuracyQuery {
  const from = new Date(nowMs - (days - 1) * DAY_MS).toISOString().slice(0, 10);
  const judged = by === 'stage' ? {} : { at };
  return parseAccuracyQuery({ from, group_by: by, limit: ACCURACY_GROUPS_SHOWN, ...judged }, nowMs);
}
