import { looseCode, parseJsonOrNull } from '../../kernel/wire/loose.ts';
import {
  askInBatches,
  type BatchAnswer,
  batchesOf,
  type CarrierSession,
  type HttpAnswer,
  type TrackFinding,
  type TrackOutcome,
} from '../contract/pull.ts';
import { accountFailureOf, BATCH_MAX, trackingCodeOf } from './errors.ts';
import { numbers } from './numbers.ts';
import { parse } from './parse.ts';
import { LIVES_MAX, RESULTS_MAX } from './schema.ts';

/** No FedEx number is longer or shorter; other texts must not fail a batch. */
const PLAUSIBLE = /^[0-9A-Z]{8,40}$/;
/**
 * Maximum of calls. FedEx reports unknown numbers individually. If it nevertheless refuses a whole
 * request because of one number, halving the batch finds that number among 30 in ten calls.
 */
const CALLS_MAX = 12;

/**
 * Pulls with `POST /track/v1/trackingnumbers`, 30 numbers in a call. The answer is HTTP 200 even if
 * single numbers failed; their errors take their place (Track API description).
 */
export async function track(
  requested: readonly string[],
  session: CarrierSession,
): Promise<readonly TrackOutcome[]> {
  const plausible = [...new Set(requested)].filter((each) =>
    PLAUSIBLE.test(numbers.normalize(each)),
  );
  const found = await askInBatches(
    batchesOf(plausible, BATCH_MAX),
    CALLS_MAX,
    NOT_NARROWED,
    (batch) => ask(batch, session),
  );
  return requested.map((trackingNumber): TrackOutcome => {
    return { trackingNumber, ...(found.get(trackingNumber) ?? NO_NUMBER) };
  });
}

const NO_NUMBER: TrackFinding = { outcome: 'refused', reason: 'it can be no FedEx number' };
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
    path: '/track/v1/trackingnumbers',
    headers: { 'x-locale': 'en_US', 'x-customer-transaction-id': session.newId() },
    body: {
      json: {
        includeDetailedScans: true,
        trackingInfo: batch.map((trackingNumber) => ({ trackingNumberInfo: { trackingNumber } })),
      },
    },
  });
  const failure = accountFailureOf(answer, session.nowMs());
  if (failure !== null) return { failed: failure };
  if (answer.kind !== 'http') return { failed: { outcome: 'error', reason: 'no usable answer' } };
  const refusal = trackingCodeOf(answer);
  return refusal === null
    ? { found: findingsOf(answer, batch) }
    : { refused: refusalFinding(refusal) };
}

function refusalFinding(code: string): TrackFinding {
  const outcome = code.endsWith('.NOTFOUND') ? 'not_found' : 'refused';
  return { outcome, reason: `FedEx error ${code}` };
}

function findingsOf({ text, status }: HttpAnswer, batch: readonly string[]) {
  const parts = splitAnswer(text, batch);
  const [only] = batch;
  if (
    parts.size === 0 &&
    batch.length === 1 &&
    only !== undefined &&
    isAboutNumber(only, text, status)
  ) {
    return new Map([[only, { outcome: 'answer', httpStatus: status, text } as const]]);
  }
  const absent = parts.size === 0 ? withoutResults(text, status) : ABSENT;
  return new Map(
    batch.map((number): readonly [string, TrackFinding] => {
      const part = parts.get(number);
      return [number, part === undefined ? absent : findingOf(part, status)];
    }),
  );
}

/**
 * Whether an answer is about the requested number. An answer to a single number may omit it.
 */
function isAboutNumber(requested: string, text: string, httpStatus: number): boolean {
  const number = numbers.normalize(requested);
  const parsed = parse({ text, httpStatus, kind: 'track', requestedNumber: number });
  return (
    parsed.outcome === 'reports' &&
    parsed.reports.some(({ trackingNumber }) => trackingNumber === number)
  );
}

const ABSENT: TrackFinding = {
  outcome: 'error',
  reason: 'the answer contains nothing about this number',
};

/**
 * The finding of an answer without results. It may have an alert that there is no data for the
 * request.
 */
function withoutResults(text: string, httpStatus: number): TrackFinding {
  const parsed = parse({ text, httpStatus, kind: 'track' });
  if (parsed.outcome === 'reports' || parsed.trackingNumbers.length > 0) return ABSENT;
  const { outcome, reason } = parsed;
  return outcome === 'not_found' ? { outcome, reason } : { outcome: 'error', reason };
}

/**
 * The finding of one number's part. `parse` decides, so that a pull and its inbound message always
 * agree.
 */
function findingOf(text: string, httpStatus: number): TrackFinding {
  const parsed = parse({ text, httpStatus, kind: 'track' });
  if (parsed.outcome === 'reports') {
    return parsed.reports.length > 0
      ? { outcome: 'answer', httpStatus, text }
      : { outcome: 'error', reason: parsed.misses[0]?.reason ?? 'nothing but warnings' };
  }
  const { outcome, reason } = parsed;
  if (outcome === 'not_found' || outcome === 'not_yet') return { outcome, reason };
  // For one number among others, this says nothing about the account.
  if (outcome === 'auth_error') return { outcome: 'refused', reason };
  return { outcome: 'error', reason };
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Splits a batch's answer by requested number; each part is a whole document in the shape of a
 * single answer. Several results of one number (instances of a recycled one) stay together, even if
 * they are in several elements. Results for unrequested numbers are omitted, and so are `alerts`,
 * which concern the whole batch.
 */
function splitAnswer(text: string, requested: readonly string[]): ReadonlyMap<string, string> {
  const root = recordOf(parseJsonOrNull(text)?.value);
  const output = recordOf(root?.['output']);
  const results = listOf(output?.['completeTrackResults']).slice(0, RESULTS_MAX);
  const byNumber = new Map(requested.map((number) => [numbers.normalize(number), number]));
  const parts = new Map<string, Json[]>();
  for (const result of results) {
    for (const [number, part] of splitResult(result, byNumber)) {
      parts.set(number, [...(parts.get(number) ?? []), part]);
    }
  }
  const { alerts: _, ...rest } = output ?? {};
  return new Map(
    [...parts].map(([number, completeTrackResults]) => [
      number,
      JSON.stringify({ ...root, output: { ...rest, completeTrackResults } }),
    ]),
  );
}

/**
 * The number that a result belongs to: the one by which it was requested. If that is not ours (a
 * barcode's 34 digits), each instance belongs to its own number.
 */
function splitResult(
  result: unknown,
  byNumber: ReadonlyMap<string, string>,
): readonly (readonly [number: string, part: Json])[] {
  const record = recordOf(result);
  if (record === null) return [];
  const owner = byNumber.get(numberIn(record['trackingNumber']));
  if (owner !== undefined) return [[owner, record]];
  const lives = new Map<string, unknown[]>();
  for (const life of listOf(record['trackResults']).slice(0, LIVES_MAX)) {
    const info = recordOf(recordOf(life)?.['trackingNumberInfo']);
    const of = byNumber.get(numberIn(info?.['trackingNumber']));
    if (of !== undefined) lives.set(of, [...(lives.get(of) ?? []), life]);
  }
  return [...lives].map(([number, trackResults]) => [number, { ...record, trackResults }]);
}

function numberIn(value: unknown): string {
  return numbers.normalize(looseCode.parse(value) ?? '');
}

function recordOf(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
