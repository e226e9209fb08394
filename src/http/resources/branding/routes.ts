import type { Brandings, StoredBranding } from '../../../merchants/index.ts';
import { iso } from '../../../tracking/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { changed, etagOf, expectedGeneration } from '../../kit/if-match.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { getBrandingOperation, putBrandingOperation } from './operations.ts';
import { newBranding } from './schema.ts';

/** How a merchant looks to its customers, on messages and pages. */
export function brandingRoutes(api: MerchantApi, brandings: Brandings): readonly Route[] {
  return [
    merchantRoute(api, getBrandingOperation, async ({ tenant }) =>
      answerOf(await brandings.stored(tenant)),
    ),
    merchantRoute(api, putBrandingOperation, async ({ tenant, body, request }) => {
      const { generation } = await brandings.stored(tenant);
      const stored = await brandings.store(tenant, body, expectedGeneration(request, generation));
      if (stored === null) throw changed((await brandings.stored(tenant)).generation);
      return answerOf(stored);
    }),
  ];
}

function answerOf({ document, generation, updatedAtMs }: StoredBranding): Answer {
  // What an older version stored is shown as this one knows it.
  const read = newBranding.safeParse(document);
  const members = read.success ? read.data : newBranding.parse({});
  return {
    status: 200,
    headers: generation === 0 ? {} : { etag: etagOf(generation) },
    body: { ...members, updated_at: iso(updatedAtMs) },
  };
}
