import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type { CarrierSession, Credentials, PushHook, SubscribeOutcome } from '../contract/pull.ts';
import { accountFailureOf, SUBSCRIBE_MAX } from './errors.ts';
import { jobAnswer } from './schema.ts';

/**
 * The default path, unverified, as are the names in the body and the answer: the reference is
 * visible to members of a webhook project only. Public (developer.fedex.com, Tracking Number
 * Subscription) are an action ADD, up to 1,000 numbers, and a job's id and state as the answer. An
 * account may configure the path that its portal shows.
 */
const PATH = '/track/v1/trackingnumbers/association';

/**
 * States of an accepted job: done, under way or waiting. That a job is done does not mean that it
 * accepted every number.
 */
const ACCEPTED = /^(SUBMITTED|ACCEPTED|QUEUED|IN[ _]PROGRESS|COMPLETED)$/i;

/**
 * Adds numbers to the project's webhook, asynchronously. Its URL and security token were entered in
 * the portal: a call cannot set the hook. Only the job's report lists the omitted numbers, so polls
 * show whether a number is never pushed.
 */
export async function subscribe(
  numbers: readonly string[],
  _hook: PushHook,
  session: CarrierSession,
): Promise<readonly SubscribeOutcome[]> {
  const outcomes: SubscribeOutcome[] = [];
  for (let i = 0; i < numbers.length; i += SUBSCRIBE_MAX) {
    const batch = numbers.slice(i, i + SUBSCRIBE_MAX);
    const outcome = await add(batch, session);
    outcomes.push(...batch.map((trackingNumber) => ({ ...outcome, trackingNumber })));
  }
  return outcomes;
}

async function add(numbers: readonly string[], session: CarrierSession): Promise<SubscribeOutcome> {
  const refused = { outcome: 'refused', trackingNumber: null } as const;
  const answer = await session.send({
    method: 'POST',
    path: pathOf(session.credentials),
    headers: { 'x-locale': 'en_US', 'x-customer-transaction-id': session.newId() },
    body: {
      json: {
        action: 'ADD',
        trackingNumberDetails: numbers.map((trackingNumber) => ({ trackingNumber })),
      },
    },
  });
  if (answer.kind === 'http' && answer.status === 404) {
    return { ...refused, reason: 'FedEx knows no such path; see subscription_path' };
  }
  const failure = accountFailureOf(answer, session.nowMs());
  if (failure !== null) return { ...failure, trackingNumber: null };
  const read = jobAnswer.safeParse(
    answer.kind === 'http' ? parseJsonOrNull(answer.text)?.value : null,
  );
  const job = read.success ? read.data.output : undefined;
  const status = job?.jobStatus ?? job?.status ?? '';
  const subscriptionId = job?.jobId ?? job?.jobID ?? null;
  if (ACCEPTED.test(status) || (status === '' && subscriptionId !== null)) {
    const trackingNumber = null;
    return {
      outcome: 'subscribed',
      trackingNumber,
      subscriptionId,
      expiresAtMs: null,
      pending: false,
    };
  }
  if (status !== '') return { ...refused, reason: `the job is ${status.slice(0, 40)}` };
  return { outcome: 'error', trackingNumber: null, reason: 'the answer names no job' };
}

/** The configured path if it is a plain one below the origin, otherwise the default. */
function pathOf({ subscription_path: typed = '' }: Credentials): string {
  return /^(\/[\w-]+)+$/.test(typed) ? typed : PATH;
}
