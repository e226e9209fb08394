import { createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  type ComposedPush,
  jsonAnswer,
  jsonOf,
  MINUTE_MS,
  type PushManners,
  type PushOccasion,
  type SandboxAnswer,
  type SandboxRequest,
  type SandboxWorld,
} from '../../sandbox-kit/index.ts';
import { envelope, errorAnswer, transactionId } from './errors.ts';
import { trackResult } from './result.ts';

const NUMBERS_MAX = 1_000;
const REQUEST = z.object({
  action: z.enum(['ADD', 'REMOVE']),
  trackingNumberDetails: z
    .array(z.object({ trackingNumber: z.string().min(1) }))
    .min(1)
    .max(NUMBERS_MAX),
});

/**
 * Answers Tracking Number Subscription, which adds numbers to the webhook that a person has created
 * in the portal (here: by the control API), at most 1,000 in a request, as a job. The action, the
 * numbers and the job's id and states are documented; the path and the members' names are not
 * public.
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

/**
 * How Advanced Integrated Visibility pushes: in the shape of a track answer, with the one scan it
 * is about. The signature is Base64 of HMAC-SHA256 over the body, with the security token entered
 * in the portal as the key. After any answer but 200 or 202 there are three more attempts, five
 * minutes apart.
 */
export const push: PushManners = {
  compose,
  retriesAfterMs: [5 * MINUTE_MS, 5 * MINUTE_MS, 5 * MINUTE_MS],
  accepts: (status) => status === 200 || status === 202,
};

function compose({ subscription, parcel, event }: PushOccasion, world: SandboxWorld): ComposedPush {
  const life = parcel?.lives.find(({ index }) => index === event?.life);
  const upToNow = life?.events.filter(({ atMs }) => atMs <= (event?.atMs ?? 0)) ?? [];
  const body = JSON.stringify({
    transactionId: transactionId(world.newId()),
    customerTransactionId: '',
    outputMetaData: [],
    output: {
      completeTrackResults:
        parcel == null || life === undefined
          ? []
          : [
              {
                trackingNumber: parcel.number,
                trackResults: [trackResult(parcel.number, { ...life, events: upToNow }, 1)],
              },
            ],
    },
  });
  const signature = createHmac('sha256', subscription.secret).update(body, 'utf8').digest('base64');
  return {
    headers: { 'content-type': 'application/json', 'fdx-signature': signature },
    body,
  };
}
