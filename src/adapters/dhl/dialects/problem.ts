import type { NumberMiss } from '../../contract.ts';
import { normalize } from '../numbers.ts';
import { schema } from '../schema.ts';
import { plausibleNumber } from './read-shipment.ts';

export type Failure = Omit<NumberMiss, 'trackingNumber'>;

export interface ReadProblem {
  readonly failure: Failure;
  /** The number the problem names in its `instance`, when it does. */
  readonly trackingNumbers: readonly string[];
}

/**
 * The status that a title or detail stands for where the problem was passed on without one: the
 * texts of DHL's own examples, whole, but for case and the full stop.
 */
const STATUS_BY_WORDS: ReadonlyMap<string, number> = new Map([
  ['no result found', 404],
  ['no shipment with given tracking number found', 404],
  ['no data found', 404],
  ['no shipment found', 404],
  ['no shipments found', 404],
  ['too many requests', 429],
  ['unauthorized', 401],
  ['forbidden', 403],
]);

/**
 * `application/problem+json` of every DHL API: `status` is a number, in MyDHL a text, and all that
 * some gateways leave of it. Null when the body is no problem. Title and detail are not repeated: they may hold references.
 */
export function readProblem(body: unknown, httpStatus: number | null): ReadProblem | null {
  const parsed = schema.problem.safeParse(body);
  if (!parsed.success) return null;
  const { title, detail, status, instance } = parsed.data;
  if (title === null && detail === null && !/^[45]\d\d$/.test(status ?? '')) return null;
  const code = Number(status ?? httpStatus ?? statusOfWords(title) ?? statusOfWords(detail));
  if (!(code >= 400 && code <= 599)) return null;
  const number = /\/shipments?\/([A-Za-z0-9]{5,40})(?:[/?]|$)/.exec(instance ?? '')?.[1];
  return { failure: failureOfStatus(code), trackingNumbers: number === undefined ? [] : [number] };
}

/**
 * A list of errors, one a number, which some put in the place of problems. Null when it is none, or
 * when they are of several kinds.
 */
export function readErrors(body: Record<string, unknown>): ReadProblem | null {
  const parsed = schema.errors.safeParse(body);
  const errors = parsed.success ? parsed.data.errors : [];
  const [first] = errors;
  const code = Number(first?.code ?? Number.NaN);
  const isOne = errors.every((error) => Number(error?.code) === code);
  if (!isOne || !(code >= 400 && code <= 599)) return null;
  const numbers = errors.flatMap((error) => plausibleNumber(normalize(error?.id ?? '')) ?? []);
  return { failure: failureOfStatus(code), trackingNumbers: numbers };
}

function statusOfWords(words: string | null): number | undefined {
  return STATUS_BY_WORDS.get(words?.toLowerCase().replace(/\s+/g, ' ').replace(/\.$/, '') ?? '');
}

/**
 * Meaning of an HTTP status. 404 covers unknown, purged and too new alike; for 429 no reliable
 * Retry-After is sent, and the day's allowance returns at midnight GMT.
 */
export function failureOfStatus(status: number): Failure {
  if (status === 401 || status === 403) {
    return { outcome: 'auth_error', reason: `key refused or product not enabled (${status})` };
  }
  if (status === 404) return { outcome: 'not_found', reason: 'no shipment found (404)' };
  if (status === 429) return { outcome: 'rate_limited', reason: 'too many calls (429)' };
  return { outcome: 'error', reason: `carrier answered an error ${status}` };
}
