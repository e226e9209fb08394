import { parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  askInBatches,
  type BatchAnswer,
  batchesOf,
  type CarrierSession,
  failureOf,
  type TrackFinding,
  type TrackOutcome,
} from '../contract/pull.ts';
import { type Failure, failureOfAnswer, isAboutNumber, readFailure } from './errors.ts';
import { normalize } from './numbers.ts';
import { parse } from './parse.ts';
import { type Detail, schema } from './schema.ts';

/** Maximum of numbers in a call of v3r2 (a public client quoting the 3.2 spec; unverified). */
export const BATCH_MAX = 35;
/**
 * Maximum of calls for a batch. One number can cost a whole batch its answer, because USPS says
 * "not found" with a 400. Finding one bad number among 35 takes at most twelve more calls, and
 * there are only 60 an hour.
 */
const CALLS_MAX = 13;
/**
 * Matches plausible numbers. The body is validated strictly, so a text that cannot be a number must
 * not make it fail for the others.
 */
const PLAUSIBLE = /^[A-Z0-9]{8,40}$/;

/**
 * Pulls by Tracking 3.2: `POST /tracking/v3r2/tracking` with an array of numbers, answered by an
 * array, with 207 when some of them failed.
 */
export async function track(
  numbers: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const plausible = [...new Set(numbers.map(normalize))].filter((each) => PLAUSIBLE.test(each));
  const found = await askInBatches(
    batchesOf(plausible, BATCH_MAX),
    CALLS_MAX,
    NOT_NARROWED,
    (batch) => ask(batch, session),
  );
  return numbers.map((trackingNumber) => ({
    ...(found.get(normalize(trackingNumber)) ?? NO_NUMBER),
    trackingNumber,
  }));
}

const NO_NUMBER = { outcome: 'refused', reason: 'it can be no number of a parcel' } as const;

const NOT_NARROWED: TrackFinding = {
  outcome: 'error',
  reason: 'its batch was refused for some number in it, and not narrowed down further',
};

async function ask(
  batch: readonly string[],
  session: CarrierSession,
): Promise<BatchAnswer<TrackFinding>> {
  const answer = await session.send({
    method: 'POST',
    path: '/tracking/v3r2/tracking',
    headers: { accept: 'application/json' },
    body: { json: batch.map((trackingNumber) => ({ trackingNumber })) },
  });
  if (answer.kind !== 'http') {
    const failure = failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' };
    return { failed: failure };
  }
  const body = parseJsonOrNull(answer.text)?.value;
  const failure = failureOfAnswer(answer, body, session.nowMs());
  if (failure !== null) {
    return isAboutNumber(failure)
      ? { refused: failure, named: namedIn(answer.text, batch) }
      : { failed: failure };
  }
  if (typeof body !== 'object' || body === null) {
    const reason = 'the answer is not JSON of theirs';
    return { found: new Map(batch.map((number) => [number, { outcome: 'error', reason }])) };
  }
  const elements: readonly unknown[] = Array.isArray(body) ? body : [body];
  return {
    found: new Map(splitAnswer(batch, elements).map((each) => [each.trackingNumber, each])),
  };
}

function namedIn(text: string, batch: readonly string[]): readonly string[] {
  return batch.filter((number) => new RegExp(`(?<![A-Z0-9])${number}(?![A-Z0-9])`, 'i').test(text));
}

interface Element {
  readonly raw: unknown;
  readonly detail: Detail;
}

/**
 * Splits a v3r2 answer: one outcome for each of `numbers` (normalized, each once). Elements are
 * matched by their own `trackingNumber`, because their order guarantees nothing. A number's part is
 * an array of its own elements, which is how v3r2 answers for one number alone.
 */
function splitAnswer(
  numbers: readonly string[],
  elements: readonly unknown[],
): readonly TrackOutcome[] {
  const byNumber = new Map<string, Element[]>();
  const nameless: Failure[] = [];
  const only = numbers.length === 1 && elements.length === 1 ? numbers[0] : undefined;
  for (const raw of elements) {
    const parsed = schema.detail.safeParse(raw);
    if (!parsed.success) continue;
    const detail = parsed.data;
    const number = normalize(detail.trackingNumber ?? '');
    if (number === '' && only !== undefined && isAbout(only, raw)) {
      byNumber.set(only, [{ raw, detail }]);
    } else if (number !== '')
      byNumber.set(number, [...(byNumber.get(number) ?? []), { raw, detail }]);
    else if (hasFailed(detail)) nameless.push(failureIn(detail));
  }
  const missing = numbers.filter((number) => !byNumber.has(number));
  const left = byElimination(missing.length, nameless);
  return numbers.map((trackingNumber) => {
    const own = byNumber.get(trackingNumber);
    return own === undefined
      ? { trackingNumber, ...left }
      : outcomeOf(trackingNumber, own.slice(0, ELEMENTS_EACH_MAX));
  });
}

/**
 * Whether an answer is about the requested number, which it may leave out if only one was
 * requested.
 */
function isAbout(number: string, raw: unknown): boolean {
  const text = JSON.stringify([raw]);
  return (
    parse({ text, kind: 'track', httpStatus: 200, requestedNumber: number }).outcome === 'reports'
  );
}

/**
 * Limit of elements for a number. A recycled one could have several instances; an answer has no
 * more than this.
 */
const ELEMENTS_EACH_MAX = 20;

function outcomeOf(trackingNumber: string, own: readonly Element[]): TrackOutcome {
  const good = own.filter(({ detail }) => !hasFailed(detail));
  const [failed] = own;
  if (good.length === 0 && failed !== undefined) {
    return { trackingNumber, ...failureIn(failed.detail) };
  }
  const text = JSON.stringify(good.map(({ raw }) => raw));
  const read = parse({ text, kind: 'track', httpStatus: 200, requestedNumber: trackingNumber });
  if (read.outcome === 'reports') {
    return { outcome: 'answer', trackingNumber, httpStatus: 200, text };
  }
  return { outcome: 'error', trackingNumber, reason: `its part is unreadable: ${read.reason}` };
}

/**
 * The failure of numbers that no element names, from failed elements that name no number: certain
 * when there are as many of both and all say the same, otherwise unknown.
 */
function byElimination(missing: number, nameless: readonly Failure[]): Failure {
  const [first] = nameless;
  const alike = nameless.every(({ outcome }) => outcome === first?.outcome);
  if (first !== undefined && nameless.length === missing && alike) return first;
  return { outcome: 'error', reason: 'the answer has no part for this number' };
}

function hasFailed({ error, statusCode }: Detail): boolean {
  return (error ?? null) !== null || Number(statusCode ?? 0) >= 400;
}

function failureIn({ error, statusCode }: Detail): Failure {
  return readFailure(error ?? null, statusCode === null ? null : Number(statusCode));
}
