import { visibleMerchants } from '../../../merchants/index.ts';
import { accuracyOfAll } from '../../../reactions/predictions/index.ts';
import type { Route } from '../../kit/route.ts';
import { invalidMember } from '../../kit/validation.ts';
import type { OpsParts } from '../ops/ops-parts.ts';
import { type OpsApi, opsRoute } from '../ops/ops-route.ts';
import { opsAccuracyOperation } from './operations.ts';
import { accuracyJson, accuracyWanted } from './routes.ts';

/** Accuracy of estimates, for all merchants or one. */
export function opsAccuracyRoutes(api: OpsApi, { db, clock }: OpsParts): readonly Route[] {
  return [
    opsRoute(api, opsAccuracyOperation, async ({ query: { merchant, mode, ...query } }) => {
      const wanted = accuracyWanted(query, clock.nowMs());
      const merchants = merchant === undefined ? [] : await visibleMerchants(db.pipeline);
      const merchantId = merchants.find(({ slug }) => slug === merchant)?.id ?? null;
      if (merchant !== undefined && merchantId === null) {
        const fix = "Send a merchant's slug in lower case, or omit it for all.";
        throw invalidMember('?merchant', 'There is no such merchant.', fix);
      }
      const found = await accuracyOfAll(db, { merchantId, mode }, wanted);
      return { status: 200, body: accuracyJson(wanted, found) };
    }),
  ];
}
