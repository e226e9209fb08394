import type { TrackOutcome } from '../../contract/pull.ts';
import { normalize } from '../numbers.ts';
import { parse } from '../parse.ts';
import { type Detail, schema } from '../schema.ts';
import { type Failure, readFailure } from './failures.ts';

interface Element {
  readonly raw: unknown;
  readonly detail: Detail;
}

/**
 * One outcome for each of `numbers` (normalized, each once) from the elements of a v3r2 answer.
 * Elements are matched by their own `trackingNumber`; their order promises nothing. A number's
 * part is an array of its own elements, which is how v3r2 answers for one number alone.
 */
export function splitAnswer(
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

/** The answer to a request for one number may leave the number out. */
function isAbout(number: string, raw: unknown): boolean {
  const text = JSON.stringify([raw]);
  return (
    parse({ text, kind: 'track', httpStatus: 200, requestedNumber: number }).outcome === 'reports'
  );
}

/** A recycled number could bring several lives; more than this is no answer. */
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
 * Failed elements that name no number belong to the numbers no element names: certain when there
 * are as many of them and all say the same, and otherwise not.
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
