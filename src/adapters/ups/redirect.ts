import type {
  RedirectOptionsOutcome,
  RedirectOutcome,
  RedirectRequest,
} from '../contract/extras.ts';
import type { CarrierAnswer, CarrierSession } from '../contract/pull.ts';
import { numbers } from './numbers.ts';
import { accountFailureOf, codeIn } from './pulling/failures.ts';
import { readEligibility, readInterceptAnswer } from './reading/intercept.ts';
import { interceptOf } from './redirect-request.ts';

/** Only packages of the 1Z family; nothing else may stand in the path. */
const NUMBER = /^1Z[A-Z0-9]{16}$/;
const ROOT = '/api/deliveryintercept/v2';
/** "Package address token does not match": the parcel is none of this account's. */
const NOT_OURS = '605';

/**
 * Delivery Intercept v2 (UPS-API/api-documentation `DeliveryIntercept.yaml` at 7c9da3f, read
 * 2026-11-20): the sender may have a parcel held, returned, rescheduled or brought to another
 * address until it is delivered; charges go to the sender's account. What it would cost is a call
 * that wants names and phone numbers of both ends, which is not made: `charge` stays unsaid.
 */
export async function redirectOptions(
  trackingNumber: string,
  session: CarrierSession,
): Promise<RedirectOptionsOutcome> {
  const number = numbers.normalize(trackingNumber);
  if (!NUMBER.test(number)) return { outcome: 'none', reason: 'not a number that begins with 1Z' };
  const answer = await session.send({
    method: 'GET',
    path: `${ROOT}/eligibility/intercept/${number}?loc=en_US`,
    headers: interceptHeaders(session),
  });
  const failed = failureOf(answer, session.nowMs());
  if (failed !== null) return failed;
  const read = answer.kind === 'http' ? readEligibility(answer.text) : null;
  if (read === null)
    return { outcome: 'error', reason: 'the answer says nothing about eligibility' };
  if (read.outcome !== 'options') return read;
  return read.options.length > 0
    ? read
    : { outcome: 'none', reason: 'UPS offers no change for this parcel' };
}

/** One call: a second one would be a second request, with a second charge. */
export async function redirect(
  request: RedirectRequest,
  session: CarrierSession,
): Promise<RedirectOutcome> {
  const number = numbers.normalize(request.trackingNumber);
  if (!NUMBER.test(number)) {
    return { outcome: 'refused', reason: 'not a number that begins with 1Z' };
  }
  const intercept = interceptOf(request);
  if ('outcome' in intercept) return intercept;
  const answer = await session.send({
    method: 'POST',
    path: `${ROOT}/${intercept.action}/${number}?loc=en_US`,
    headers: interceptHeaders(session),
    body: { json: intercept.body },
  });
  const failed = failureOf(answer, session.nowMs());
  if (failed !== null)
    return failed.outcome === 'none' ? { ...failed, outcome: 'refused' } : failed;
  const read = answer.kind === 'http' ? readInterceptAnswer(answer.text) : null;
  return read ?? { outcome: 'error', reason: 'the answer does not say whether it was taken' };
}

/**
 * The id has at most 14 characters here, and the caller is what UPS calls the kind of client: one
 * word is documented. `U` are intercepts by the sender.
 */
function interceptHeaders(session: CarrierSession): Readonly<Record<string, string>> {
  return {
    transid: session.newId().slice(-14),
    transactionsrc: 'waybill',
    platformtype: 'XOLT',
    inquirytype: 'U',
    'content-type': 'application/json',
  };
}

/** What a refused call means; null when it is an answer of the intercept itself. */
function failureOf(answer: CarrierAnswer, nowMs: number) {
  const code = answer.kind === 'http' ? codeIn(answer) : null;
  const status = answer.kind === 'http' ? answer.status : 0;
  if (code === NOT_OURS) {
    return { outcome: 'none', reason: 'the parcel is none of this account’s (605)' } as const;
  }
  const failure = accountFailureOf(answer, nowMs);
  if (failure !== null) return failure;
  // In UPS's own words it is about the parcel. Paths that are not there answer 404.
  if (status === 404) return { outcome: 'error', reason: `UPS answered 404, ${code}` } as const;
  if (status === 400)
    return {
      outcome: 'none',
      reason: `UPS cannot do that with this parcel (UPS error ${code})`,
    } as const;
  return null;
}
