import { jsonOrNull } from '../../kernel/wire/loose.ts';
import { type CarrierSession, failureOf, type TrackOutcome } from '../contract/pull.ts';
import { normalize } from './numbers.ts';
import { type Failure, failureOfAnswer, isAboutNumber } from './pulling/failures.ts';
import { splitAnswer } from './pulling/split.ts';

/** v3r2 takes this many (a public client quoting the 3.2 spec; unverified). */
export const BATCH_MAX = 35;
/**
 * One number can cost a whole batch its answer, as USPS says "not found" with a 400. Finding one
 * bad number among 35 takes at most twelve calls more; 60 an hour are all there are.
 */
const CALLS_MAX = 13;
/** The body is validated strictly, so what can be no number must not spoil it for the others. */
const PLAUSIBLE = /^[A-Z0-9]{8,40}$/;

/**
 * Tracking 3.2: `POST /tracking/v3r2/tracking` with an array of numbers, answered by an array,
 * with 207 when some of them failed.
 */
export async function track(
  numbers: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const found = new Map<string, TrackOutcome>();
  const plausible = [...new Set(numbers.map(normalize))].filter((each) => PLAUSIBLE.test(each));
  const queue = chunksOf(plausible);
  for (let calls = 0; queue.length > 0; calls += 1) {
    const batch = queue.shift() ?? [];
    const answers = calls < CALLS_MAX ? await ask(batch, session) : notNarrowed(batch);
    for (const outcome of answers.outcomes) found.set(outcome.trackingNumber, outcome);
    queue.push(...answers.again);
    if (answers.stop === null) continue;
    for (const trackingNumber of queue.splice(0).flat()) {
      found.set(trackingNumber, { trackingNumber, ...answers.stop });
    }
  }
  return numbers.map((trackingNumber) => ({
    ...(found.get(normalize(trackingNumber)) ?? NO_NUMBER),
    trackingNumber,
  }));
}

const NO_NUMBER = { outcome: 'refused', reason: 'it can be no number of a parcel' } as const;

interface BatchAnswer {
  readonly outcomes: readonly TrackOutcome[];
  /** Parts of the batch to ask for by themselves. */
  readonly again: readonly (readonly string[])[];
  /** Why nothing more is to be asked, when it is so. */
  readonly stop: Failure | null;
}

async function ask(batch: readonly string[], session: CarrierSession): Promise<BatchAnswer> {
  const answer = await session.send({
    method: 'POST',
    path: '/tracking/v3r2/tracking',
    headers: { accept: 'application/json' },
    body: { json: batch.map((trackingNumber) => ({ trackingNumber })) },
  });
  if (answer.kind !== 'http') {
    const failure = failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' };
    return { outcomes: all(batch, failure), again: [], stop: failure };
  }
  const body = jsonOrNull(answer.text)?.value;
  const failure = failureOfAnswer(answer, body, session.nowMs());
  if (failure === null) {
    if (typeof body !== 'object' || body === null) {
      const reason = 'the answer is no JSON of theirs';
      return { outcomes: all(batch, { outcome: 'error', reason }), again: [], stop: null };
    }
    const elements: readonly unknown[] = Array.isArray(body) ? body : [body];
    return { outcomes: splitAnswer(batch, elements), again: [], stop: null };
  }
  if (!isAboutNumber(failure)) return { outcomes: all(batch, failure), again: [], stop: failure };
  if (batch.length === 1) return { outcomes: all(batch, failure), again: [], stop: null };
  return narrow(batch, failure, answer.text);
}

/** A failure of one number was given for the whole batch: the named are it, or half must tell. */
function narrow(batch: readonly string[], failure: Failure, text: string): BatchAnswer {
  const isNamed = (number: string) =>
    new RegExp(`(?<![A-Z0-9])${number}(?![A-Z0-9])`, 'i').test(text);
  const named = batch.filter(isNamed);
  if (named.length > 0 && named.length < batch.length) {
    const rest = batch.filter((number) => !named.includes(number));
    return { outcomes: all(named, failure), again: [rest], stop: null };
  }
  const middle = Math.ceil(batch.length / 2);
  return { outcomes: [], again: [batch.slice(0, middle), batch.slice(middle)], stop: null };
}

function notNarrowed(batch: readonly string[]): BatchAnswer {
  const reason = 'its batch was refused for some number in it, and not narrowed down further';
  return { outcomes: all(batch, { outcome: 'error', reason }), again: [], stop: null };
}

function all(batch: readonly string[], failure: Failure): readonly TrackOutcome[] {
  return batch.map((trackingNumber) => ({ trackingNumber, ...failure }));
}

function chunksOf(numbers: readonly string[]): (readonly string[])[] {
  const chunks: (readonly string[])[] = [];
  for (let i = 0; i < numbers.length; i += BATCH_MAX) chunks.push(numbers.slice(i, i + BATCH_MAX));
  return chunks;
}
