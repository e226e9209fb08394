import {
  type CarrierSession,
  failureOf,
  type TrackFinding,
  type TrackOutcome,
  waitRequestedBy,
} from 'waybill/adapter';
import { numbers, PATTERN } from './numbers.ts';
import { parse } from './parse.ts';

/** `GET /v1/parcels/{number}`, one number a call. */
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

/** What is said of the account holds for the numbers behind it, too: they are not asked for. */
const STOPPING: ReadonlySet<string> = new Set([
  'auth_error',
  'scope_missing',
  'rate_limited',
  'unsent',
]);

async function ask(trackingNumber: string, session: CarrierSession): Promise<TrackFinding> {
  const number = numbers.normalize(trackingNumber);
  // What is no number of ours could lead the call elsewhere.
  if (!PATTERN.test(number)) return { outcome: 'refused', reason: 'it is no PP and ten digits' };
  const answer = await session.send({ method: 'GET', path: `/v1/parcels/${number}` });
  if (answer.kind !== 'http') {
    return failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' };
  }
  // `parse` decides, so that a pull and its inbound message are never of two minds.
  const { status, text } = answer;
  const parsed = parse({ text, httpStatus: status, kind: 'track', requestedNumber: number });
  if (parsed.outcome === 'reports') {
    return parsed.reports.some((report) =>
      [report.trackingNumber, ...report.aliases].includes(number),
    )
      ? { outcome: 'answer', httpStatus: status, text }
      : { outcome: 'error', reason: 'the answer is about another parcel' };
  }
  const { outcome, reason } = parsed;
  if (outcome === 'rate_limited') {
    return { outcome, reason, ...waitRequestedBy(answer, session.nowMs()) };
  }
  if (outcome === 'auth_error') return { outcome, reason };
  const isOther = parsed.trackingNumbers.some((other) => other !== number);
  if ((outcome === 'not_found' || outcome === 'not_yet') && !isOther) return { outcome, reason };
  return { outcome: 'error', reason };
}
