import {
  type AccountFailure,
  type CarrierAnswer,
  failureOf,
  failureOfStatus,
  type HttpAnswer,
  type NumberMiss,
  parseJsonOrNull,
  waitRequestedBy,
} from '../../sdk.ts';
import { type Envelope, envelope } from './schema.ts';

/** The IP address is not allowed, the key is wrong, or the account is disabled or may not do this. */
const REFUSED_ACCOUNT = new Set([-18010001, -18010002, -18010004, -18010005]);
const INTERNAL = -18010003;
const DAILY_LIMIT = -18019907;
export const ALREADY_REGISTERED = -18019901;
export const QUOTA_USED_UP = -18019908;
const NOT_REGISTERED = -18019902;
/** Stopping is not allowed, because the number is not being tracked. */
const NOT_TRACKING = -18019906;
const NO_INFORMATION = -18019909;

/** The error of a whole answer; null if it has none. */
export function failureOfEnvelope({ code, data }: Envelope): Failure | null {
  const failed = data?.errors[0]?.code ?? (code === 0 ? undefined : code);
  if (failed === undefined) return null;
  return accountFailure(failed) ?? { outcome: 'error', reason: reasonOf(failed) };
}

/** A failure that `parse` may return, too. */
export interface Failure {
  readonly outcome: 'auth_error' | 'rate_limited' | 'error';
  readonly reason: string;
}

/** What an error says about the account or the service; null: it is about the number. */
export function accountFailure(code: number): Failure | null {
  const reason = reasonOf(code);
  if (REFUSED_ACCOUNT.has(code)) return { outcome: 'auth_error', reason };
  if (code === DAILY_LIMIT) return { outcome: 'rate_limited', reason };
  return code === INTERNAL || code === 0 ? { outcome: 'error', reason } : null;
}

/** What an error says about a number whose history was requested. */
export function missOf(trackingNumber: string, code: number): NumberMiss {
  const reason = reasonOf(code);
  const isUnknown = code === NOT_REGISTERED || code === NO_INFORMATION;
  if (isUnknown) return { trackingNumber, outcome: 'not_yet', reason };
  return { trackingNumber, outcome: 'error', ...accountFailure(code), reason };
}

export function reasonOf(code: number): string {
  return `17TRACK error ${code}`;
}

/** Whether the error says that a number is not tracked (any more). */
export function isUntracked(code: number): boolean {
  return code === NOT_REGISTERED || code === NOT_TRACKING;
}

/** Reads any answer of the API: its envelope without an error, or what failed. */
export function readAnswer(
  answer: CarrierAnswer,
  nowMs?: number,
): { readonly ok: Envelope } | { readonly failed: AccountFailure } {
  if (answer.kind !== 'http') {
    return { failed: failureOf(answer) ?? { outcome: 'error', reason: 'no usable answer' } };
  }
  const read = envelope.safeParse(parseJsonOrNull(answer.text)?.value);
  const named = read.success ? failureOfEnvelope(read.data) : null;
  const failed = named ?? failedStatus(answer);
  if (failed !== null) {
    const wait = failed.outcome === 'rate_limited' ? waitRequestedBy(answer, nowMs) : {};
    return { failed: { ...failed, ...wait } };
  }
  return read.success && read.data.code === 0
    ? { ok: read.data }
    : { failed: { outcome: 'error', reason: 'expected JSON with code 0' } };
}

function failedStatus({ status }: HttpAnswer): AccountFailure | null {
  const failure = failureOfStatus(status);
  if (failure?.outcome === 'auth_error' || failure?.outcome === 'rate_limited') {
    return { outcome: failure.outcome, reason: failure.reason };
  }
  return status === 200 ? null : { outcome: 'error', reason: `HTTP ${status}` };
}
