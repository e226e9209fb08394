import type { Exceptions } from '../../../reactions/exceptions/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { changed, etagOf, expectedGeneration } from '../../kit/if-match.ts';
import { type MerchantApi, merchantRoute } from '../../kit/merchant-route.ts';
import type { Route } from '../../kit/route.ts';
import { getExceptionPolicyOperation, putExceptionPolicyOperation } from './operations.ts';

/** Which problems open a case, and the deadline of each. */
export function policyRoutes(api: MerchantApi, exceptions: Exceptions): readonly Route[] {
  return [
    merchantRoute(api, getExceptionPolicyOperation, async ({ tenant }) =>
      policyAnswer(await exceptions.policy(tenant)),
    ),
    merchantRoute(api, putExceptionPolicyOperation, async ({ tenant, body, request }) => {
      const { generation } = await exceptions.policy(tenant);
      const expected = expectedGeneration(request, generation);
      const stored = await exceptions.changePolicy(tenant, body, expected);
      if (stored === null) throw changed(generation + 1);
      return policyAnswer(stored);
    }),
  ];
}

function policyAnswer({
  policy,
  own,
  generation,
}: Awaited<ReturnType<Exceptions['policy']>>): Answer {
  const headers = generation === 0 ? {} : { etag: etagOf(generation) };
  return { status: 200, body: { policy, own }, headers };
}
