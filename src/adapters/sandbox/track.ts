import {
  type CarrierSession,
  failureOf,
  type TrackOutcome,
  waitRequestedBy,
} from '../contract/pull.ts';
import { numbers, PATTERN } from './numbers.ts';
import { parse } from './parse.ts';

/**
 * Pulls by `GET /v1/parcels/{number}`, one number per call. After an outcome about the account, such
 * as a rate limit, the remaining numbers get the same outcome without a call.
 */
export async function track(
  requested: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const outcomes: TrackOutcome[] = [];
  for (const trackingNumber of requested) {
    const before = outcomes.at(-1);
    outcomes.push(
      before !== undefined && STOPPING.includes(before.outcome)
        ? { ...before, trackingNumber }
        : await ask(trackingNumber, session),
    );
  }
  return outcomes;
}

/** Outcomes about the account, which apply to the remaining numbers, too. */
const STOPPING: readonly string[] = ['auth_error', 'rate_limited', 'unsent'];

async function ask(trackingNumber: string, session: CarrierSession): Promise<TrackOutcome> {
  const number = numbers.normalize(trackingNumber);
  if (!PATTERN.test(number)) {
    return { trackingNumber, outcome: 'refused', reason: 'it is not an EZ and ten digits' };
  }
  const answer = await session.send({ method: 'GET', path: `/v1/parcels/${number}` });
  if (answer.kind !== 'http') {
    return { trackingNumber, ...(failureOf(answer) ?? { outcome: 'error', reason: 'no answer' }) };
  }
  const { status, text } = answer;
  const parsed = parse({ text, httpStatus: status, kind: 'track', requestedNumber: number });
  switch (parsed.outcome) {
    case 'reports':
      return parsed.reports.some((report) => report.trackingNumber === number)
        ? { trackingNumber, outcome: 'answer', httpStatus: status, text }
        : { trackingNumber, outcome: 'error', reason: 'the answer is about another parcel' };
    case 'not_found':
    case 'not_yet':
    case 'auth_error': {
      const isOther = parsed.trackingNumbers.some((other) => other !== number);
      const outcome = isOther ? 'error' : parsed.outcome;
      return { trackingNumber, outcome, reason: parsed.reason };
    }
    case 'rate_limited': {
      const wait = waitRequestedBy(answer, session.nowMs());
      return { trackingNumber, outcome: 'rate_limited', reason: parsed.reason, ...wait };
    }
    case 'error':
    case 'unreadable':
      return { trackingNumber, outcome: 'error', reason: parsed.reason };
  }
}
