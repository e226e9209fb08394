import { jsonOrNull } from '../../kernel/wire/loose.ts';
import { askInBatches, type BatchAnswer, batchesOf } from '../contract/batches.ts';
import {
  type CarrierSession,
  failureOf,
  type TrackFinding,
  type TrackOutcome,
} from '../contract/pull.ts';
import { normalize } from './numbers.ts';
import { failureOfAnswer, isAboutNumber } from './pulling/failures.ts';
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
  const body = jsonOrNull(answer.text)?.value;
  const failure = failureOfAnswer(answer, body, session.nowMs());
  if (failure !== null) {
    return isAboutNumber(failure)
      ? { refused: failure, named: namedIn(answer.text, batch) }
      : { failed: failure };
  }
  if (typeof body !== 'object' || body === null) {
    const reason = 'the answer is no JSON of theirs';
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
