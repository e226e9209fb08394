import type { NumberMiss } from '../../contract/contract.ts';
import { schema } from '../schema.ts';

export type Failure = Omit<NumberMiss, 'trackingNumber'>;

export interface ReadProblem {
  readonly failure: Failure;
  /** The number the problem names in its `instance`, when it does. */
  readonly trackingNumbers: readonly string[];
}

/**
 * `application/problem+json` of every DHL API: `status` is a number, in MyDHL a text, and the only
 * member that some gateways leave. Null when the body is no problem. Title and detail are not
 * repeated: they may contain references.
 */
export function readProblem(body: unknown, httpStatus: number | null): ReadProblem | null {
  const parsed = schema.problem.safeParse(body);
  if (!parsed.success) return null;
  const { title, detail, status, instance } = parsed.data;
  if (title === null && detail === null && !/^[45]\d\d$/.test(status ?? '')) return null;
  const code = Number(status ?? httpStatus);
  if (!(code >= 400 && code <= 599)) return null;
  const number = /\/shipments?\/([A-Za-z0-9]{5,40})(?:[/?]|$)/.exec(instance ?? '')?.[1];
  return { failure: failureOfStatus(code), trackingNumbers: number === undefined ? [] : [number] };
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
