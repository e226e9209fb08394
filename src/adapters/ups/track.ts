import { looseCode, parseJsonOrNull } from '../../kernel/wire/loose.ts';
import type { CarrierSession, HttpAnswer, TrackFinding, TrackOutcome } from '../contract/pull.ts';
import { callHeaders, isPlausible } from './access.ts';
import { accountFailureOf, codeIn } from './errors.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';

/** The code of "Invalid inquiry number", which public clients have received. */
const INVALID_NUMBER = 'TV1002';

/** Pulls by `GET /track/v1/details/{number}`, one number in a call (Tracking.yaml). */
export async function track(
  requested: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const outcomes: TrackOutcome[] = [];
  for (const trackingNumber of requested) {
    outcomes.push({ trackingNumber, ...(await ask(trackingNumber, session)) });
  }
  return outcomes;
}

async function ask(requested: string, session: CarrierSession): Promise<TrackFinding> {
  const number = numbers.normalize(requested);
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
  return findingOf(answer, number);
}

/**
 * The finding for a number. `parse` decides, so that a pull and its inbound message always agree.
 */
function findingOf(answer: HttpAnswer, number: string): TrackFinding {
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

type Json = Readonly<Record<string, unknown>>;

/**
 * Returns the part of an answer that is about `number`. UPS answers with the whole shipment's
 * packages for one of them (Tracking.yaml); each is requested by itself, and updates of one must
 * not look like updates of the others. The text stays unchanged if there is nothing to omit, or no
 * package has the number.
 */
export function narrowAnswer(text: string, number: string): string {
  const root = recordOf(parseJsonOrNull(text)?.value);
  const response = recordOf(root?.['trackResponse']);
  const shipments = listOf(response?.['shipment']);
  let left = 0;
  const own = shipments.flatMap((shipment) => {
    const record = recordOf(shipment);
    const packages = listOf(record?.['package']);
    const matching = packages.filter((each) =>
      isSameNumber(recordOf(each)?.['trackingNumber'], number),
    );
    left += packages.length - matching.length;
    // A single package is assumed to have the inquiry's number, too. If several came, that may be
    // its sibling's.
    return matching.length > 0 ? [{ ...record, inquiryNumber: number, package: matching }] : [];
  });
  if (own.length === 0 || left === 0) return text;
  return JSON.stringify({ ...root, trackResponse: { ...response, shipment: own } });
}

function isSameNumber(value: unknown, number: string): boolean {
  const given = looseCode.parse(value);
  return given !== undefined && numbers.normalize(given) === number;
}

function recordOf(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
