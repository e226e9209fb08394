import type { XmlElement } from '../../kernel/wire/xml.ts';
import { type AccountFailure, type HttpAnswer, waitRequestedBy } from '../sdk.ts';
import { readMessages } from './schema.ts';

/** The failure in a `messages` document, or in a status without one. */
export interface Failure {
  readonly outcome: 'not_found' | 'auth_error' | 'rate_limited' | 'error';
  readonly reason: string;
  /** The carrier's own code; empty if there is only a status. */
  readonly code: string;
}

/**
 * Codes that mean that the key is unknown, withdrawn, of the other environment, or not for this
 * customer.
 */
const REFUSED = /^(?:E002|AA0{1,2}[1-4])$/;
const NO_HISTORY = '004';
/** The one code of all of the gateway's own errors; only the text distinguishes them. */
const GATEWAY = 'Server';
const THROTTLED = /\bRejected by SLM Monitor\b/i;
/**
 * The wait after throttling: "You will be blocked … until the current 60 second window expires."
 */
export const THROTTLED_S = 60;
const PRINTABLE = /^[\w.-]{1,24}$/;

/** Reads the failure in a `messages` document; null if the document contains no messages. */
export function failureOfMessages(root: XmlElement | null): Failure | null {
  const first = readMessages(root)?.message?.find((message) => message?.code !== undefined);
  const code = first?.code ?? '';
  if (code === '') return null;
  const reason = `Canada Post message ${PRINTABLE.test(code) ? code : 'of an odd code'}`;
  if (code === NO_HISTORY) return { outcome: 'not_found', reason, code };
  if (REFUSED.test(code)) return { outcome: 'auth_error', reason, code };
  if (code === GATEWAY && THROTTLED.test(first?.description ?? '')) {
    return { outcome: 'rate_limited', reason, code };
  }
  return { outcome: 'error', reason, code };
}

/** The meaning of a status alone, if the body is a gateway's or empty. */
export function failureOfStatus(status: number | undefined): Failure | null {
  if (status === undefined || (status >= 200 && status < 300)) return null;
  const outcome =
    status === 401 || status === 403 ? 'auth_error' : status === 429 ? 'rate_limited' : 'error';
  return { outcome, reason: `HTTP ${status} without a readable body`, code: '' };
}

/**
 * Converts a failure that is about the account. If the carrier throttles and names no wait, it is
 * the throttle's window.
 */
export function accountFailure(
  { outcome, reason }: Failure,
  answer: HttpAnswer,
  nowMs: number,
): AccountFailure {
  if (outcome === 'rate_limited') {
    return { outcome, reason, retryAfterS: THROTTLED_S, ...waitRequestedBy(answer, nowMs) };
  }
  return { outcome: outcome === 'auth_error' ? outcome : 'error', reason };
}
