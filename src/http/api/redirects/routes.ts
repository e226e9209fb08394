import type { RedirectOption } from '../../../adapters/contract/extras.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { redirectOperation, redirectOptionsOperation } from './operations.ts';
import type { Redirects } from './redirects.ts';

/** What carriers offer for parcels in transit, and requests to them. */
export function redirectRoutes(api: MerchantApi, redirects: Redirects): readonly Route[] {
  return [
    merchantRoute(api, redirectOptionsOperation, async ({ tenant, param }) => {
      const { options, ...offer } = await redirects.options(tenant, param('id'));
      return { status: 200, body: { ...offer, data: options.map(optionJson) } };
    }),
    merchantRoute(api, redirectOperation, ({ tenant, key, param, body }) =>
      redirects.redirect(tenant, { key_id: key.id }, param('id'), body),
    ),
  ];
}

function optionJson({ needsContact, takesInstructions = false, ...option }: RedirectOption) {
  return { ...option, needs_contact: needsContact, takes_instructions: takesInstructions };
}
