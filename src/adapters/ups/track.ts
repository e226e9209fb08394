import type { CarrierSession, HttpAnswer, TrackFinding, TrackOutcome } from '../contract/pull.ts';
import { callHeaders, isPlausible } from './call.ts';
import { numbers as recogniser } from './numbers.ts';
import { parse } from './parse.ts';
import { accountFailureOf, codeIn } from './pulling/failures.ts';
import { narrowAnswer } from './pulling/narrow.ts';

/** "Invalid inquiry number", met by public clients. */
const INVALID_NUMBER = 'TV1002';

/** `GET /track/v1/details/{number}`: one number a call (Tracking.yaml). */
export async function track(
  numbers: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const outcomes: TrackOutcome[] = [];
  for (const trackingNumber of numbers) {
    outcomes.push({ trackingNumber, ...(await ask(trackingNumber, session)) });
  }
  return outcomes;
}

async function ask(requested: string, session: CarrierSession): Promise<TrackFinding> {
  const number = recogniser.normalize(requested);
  if (!isPlausible(number)) {
    return { outcome: 'refused', reason: 'no 7 to 34 letters and digits: no UPS number' };
  }
  const answer = await session.send({
    method: 'GET',
    path: `/api/track/v1/details/${number}?locale=en_US&returnSignature=false&returnMilestones=false`,
    headers: callHeaders(session),
  });
  const failure = accountFailureOf(answer, session.nowMs());
  if (failure !== null) return failure;
  if (answer.kind !== 'http') return { outcome: 'error', reason: 'no usable answer' };
  return foundIn(answer, number);
}

/** What `parse` makes of it decides, so that a pull and its receipt are never of two minds. */
function foundIn(answer: HttpAnswer, number: string): TrackFinding {
  const { status: httpStatus } = answer;
  const text = narrowAnswer(answer.text, number);
  const parsed = parse({ text, httpStatus, kind: 'track', requestedNumber: number });
  if (parsed.outcome === 'reports') {
    const isOwn = parsed.reports.some(
      ({ trackingNumber, aliases }) => trackingNumber === number || aliases.includes(number),
    );
    return isOwn
      ? { outcome: 'answer', httpStatus, text }
      : { outcome: 'error', reason: 'the answer is not about the number' };
  }
  const { outcome, reason, trackingNumbers } = parsed;
  // A warning that names another number is about that one.
  const isOther = trackingNumbers.length > 0 && !trackingNumbers.includes(number);
  if (isOther) return { outcome: 'error', reason: 'the answer is not about the number' };
  if (outcome === 'not_found' || outcome === 'not_yet') return { outcome, reason };
  if (codeIn(answer) === INVALID_NUMBER) return { outcome: 'refused', reason };
  return { outcome: 'error', reason };
}
