import { type Exceptions, exceptionPolicyChange } from '../../../reactions/exceptions/index.ts';
import type { Answer } from '../../kit/answer.ts';
import { changed, etagOf, expectedGeneration } from '../../kit/if-match.ts';
import { resource } from '../../kit/resource.ts';
import { policyView } from './schema.ts';

/** Which problems open a case, and the deadline of each. */
export const exceptionPolicy = resource(
  { noun: 'exception', tag: 'Exceptions' },
  {
    get: {
      id: 'getExceptionPolicy',
      method: 'GET',
      path: '/exception-policy',
      summary: 'Get the exception policy',
      scope: 'exceptions:read',
      answers: { 200: { description: 'The policy that applies to you.', schema: policyView } },
    },
    set: {
      id: 'setExceptionPolicy',
      method: 'PUT',
      path: '/exception-policy',
      summary: 'Replace your exception policy',
      description: "Members you omit keep the installation's values. `{}` removes all of your own.",
      scope: 'exceptions:write',
      headers: {
        'If-Match': 'The ETag of the version you read. Without it, any version is replaced.',
      },
      body: exceptionPolicyChange,
      answers: { 200: { description: 'The policy that applies to you.', schema: policyView } },
      errors: ['precondition_failed'],
    },
  },
  (exceptions: Exceptions) => ({
    get: async ({ tenant }) => policyAnswer(await exceptions.policy(tenant)),
    set: async ({ tenant, body, request }) => {
      const { generation } = await exceptions.policy(tenant);
      const expected = expectedGeneration(request, generation);
      const stored = await exceptions.changePolicy(tenant, body, expected);
      if (stored === null) throw changed(generation + 1);
      return policyAnswer(stored);
    },
  }),
);

function policyAnswer({
  policy,
  own,
  generation,
}: Awaited<ReturnType<Exceptions['policy']>>): Answer {
  const headers = generation === 0 ? {} : { etag: etagOf(generation) };
  return { status: 200, body: { policy, own }, headers };
}
