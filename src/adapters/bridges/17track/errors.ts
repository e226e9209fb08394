import type { NumberMiss } from '../../sdk.ts';
import type { Envelope } from './schema.ts';

/** The IP address is not allowed, the key is wrong, or the account is disabled or may not do this. */
const REFUSED_ACCOUNT = new Set([-18010001, -18010002, -18010004, -18010005]);
const INTERNAL = -18010003;
const DAILY_LIMIT = -18019907;
/** Not registered, or no information yet. */
const NOTHING_YET = new Set([-18019902, -18019909]);

/** A failure of the account or the service, or an error about a call. */
interface Failure {
  readonly outcome: 'auth_error' | 'rate_limited' | 'error';
  readonly reason: string;
}

/** The error of a whole answer; null if it has none. */
export function failureOfEnvelope({ code, data }: Envelope): Failure | null {
  const failed = data?.errors[0]?.code ?? (code === 0 ? undefined : code);
  if (failed === undefined) return null;
  return accountFailure(failed) ?? { outcome: 'error', reason: reasonOf(failed) };
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
  if (NOTHING_YET.has(code)) return { trackingNumber, outcome: 'not_yet', reason };
  return { trackingNumber, ...(accountFailure(code) ?? { outcome: 'error', reason }) };
}

export function reasonOf(code: number): string {
  return `17TRACK error ${code}`;
}
