import { visibleMerchants } from '../../../merchants/index.ts';
import { accuracyOfAll } from '../../../reactions/predictions/index.ts';
import { accuracyJson, accuracyWanted } from '../../api/edd-accuracy.ts';
import { opsAccuracyOperation } from '../../operations/ops.ts';
import type { Route } from '../../route.ts';
import { invalidMember } from '../../validation.ts';
import type { OpsParts } from '../ops-parts.ts';
import { type OpsDoor, opsRoute } from '../ops-route.ts';

/** How dates came true, of all merchants or of one. */
export function opsAccuracyRoutes(door: OpsDoor, { db, clock }: OpsParts): readonly Route[] {
  return [
    opsRoute(door, opsAccuracyOperation, async ({ query: { merchant, mode, ...query } }) => {
      const wanted = accuracyWanted(query, clock.nowMs());
      const merchants = merchant === undefined ? [] : await visibleMerchants(db.pipeline);
      const merchantId = merchants.find(({ slug }) => slug === merchant)?.id ?? null;
      if (merchant !== undefined && merchantId === null) {
        const fix = 'Send the name of one in lower case, or leave it out for all.';
        throw invalidMember('?merchant', 'There is no merchant of that name.', fix);
      }
      const found = await accuracyOfAll(db, { merchantId, mode }, wanted);
      return { status: 200, body: accuracyJson(wanted, found) };
    }),
  ];
}
