import { z } from 'zod';
import {
  jsonAnswer,
  jsonOf,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';
import { envelope, errorAnswer, transactionId } from './errors.ts';

const NUMBERS_MAX = 1_000;
const REQUEST = z.object({
  action: z.enum(['ADD', 'REMOVE']),
  trackingNumberDetails: z
    .array(z.object({ trackingNumber: z.string().min(1) }))
    .min(1)
    .max(NUMBERS_MAX),
});

/**
 * Tracking Number Subscription: adds numbers to the webhook that a person has made in the portal
 * (here: by the control API), at most 1,000 a request, as a job. The action, the numbers and the
 * job's id and states are documented; the path and the members' names are not public.
 */
export function answerAssociation(
  request: SandboxRequest,
  world: SandboxWorld,
  account: string,
): SandboxAnswer {
  const read = REQUEST.safeParse(jsonOf(request));
  if (!read.success) return errorAnswer('malformed', request, world);
  const webhook = world.subscriptions
    .list(account)
    .find(({ state, numbers }) => state === 'active' && numbers !== null);
  if (webhook === undefined) return errorAnswer('forbidden', request, world);
  const given = read.data.trackingNumberDetails.map(({ trackingNumber }) => trackingNumber);
  const before = new Set(webhook.numbers);
  for (const number of given) {
    if (read.data.action === 'ADD') before.add(number);
    else before.delete(number);
  }
  world.subscriptions.update(webhook.id, { numbers: [...before] });
  const at = new Date(world.nowMs).toISOString();
  return jsonAnswer(200, {
    ...envelope(request, world),
    output: {
      jobId: transactionId(world.newId()),
      jobStatus: 'SUBMITTED',
      jobCreationTimestamp: at,
      jobCompletionTimestamp: '',
    },
  });
}
