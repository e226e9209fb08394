import { type CarrierSession, failureOf, type TrackFinding, type TrackOutcome } from '../sdk.ts';
import { trackingCall } from './access.ts';
import { accountFailure } from './errors.ts';
import { numbers, PIN } from './numbers.ts';
import { parse } from './parse.ts';

/** Requests `GET /vis/track/pin/{pin}/detail`, with one PIN for each call. */
export async function track(
  requested: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const outcomes: TrackOutcome[] = [];
  for (const trackingNumber of requested) {
    const before = outcomes.at(-1);
    const finding: TrackFinding =
      before !== undefined && STOPPING.has(before.outcome)
        ? before
        : await ask(trackingNumber, session);
    outcomes.push({ ...finding, trackingNumber });
  }
  return outcomes;
}

/**
 * Outcomes about the account. They apply to the remaining numbers, too, which are not requested.
 */
const STOPPING: ReadonlySet<string> = new Set(['auth_error', 'rate_limited', 'unsent']);

async function ask(trackingNumber: string, session: CarrierSession): Promise<TrackFinding> {
  const pin = numbers.normalize(trackingNumber);
  // A text that is not a PIN could lead the call to another URL.
  if (!PIN.test(pin)) return { outcome: 'refused', reason: 'a PIN has 12, 13 or 16 characters' };
  const answer = await session.send(trackingCall(`/vis/track/pin/${pin}/detail`));
  if (answer.kind !== 'http') {
    return failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' };
  }
  // `parse` decides, so that a pull and its inbound message never disagree.
  const { status, text } = answer;
  const parsed = parse({ text, httpStatus: status, kind: 'track', requestedNumber: pin });
  if (parsed.outcome === 'reports') {
    return parsed.reports.some((report) => report.trackingNumber === pin)
      ? { outcome: 'answer', httpStatus: status, text }
      : { outcome: 'error', reason: 'the answer is about another parcel' };
  }
  const { outcome, reason } = parsed;
  const isOther = parsed.trackingNumbers.some((other) => other !== pin);
  if ((outcome === 'not_found' || outcome === 'not_yet') && !isOther) return { outcome, reason };
  if (outcome === 'auth_error' || outcome === 'rate_limited') {
    return accountFailure({ outcome, reason, code: '' }, answer, session.nowMs());
  }
  return { outcome: 'error', reason };
}
