import { jsonOrNull } from '../../../kernel/wire/loose.ts';
import {
  type AccountFailure,
  type CarrierAnswer,
  failureOf,
  type HttpAnswer,
  retryAfterOf,
  waitRequestedBy,
} from '../../contract/pull.ts';
import { BURST_WINDOW_S } from '../limits.ts';
import { type ApiError, trackAnswer } from '../schema.ts';

type Outcome = AccountFailure['outcome'];

/** Response examples of FedEx's API descriptions. The code of the 429s is unverified. */
const OUTCOME_BY_CODE: ReadonlyMap<string, Outcome> = new Map([
  ['NOT.AUTHORIZED.ERROR', 'auth_error'],
  ['FORBIDDEN.ERROR', 'scope_missing'],
  ['TOO.MANY.REQUESTS', 'rate_limited'],
]);

/**
 * The failure of the account in an answer, or null when it is an answer of the API itself: 2xx, or
 * a 400 whose code is about tracking.
 */
export function accountFailureOf(answer: CarrierAnswer, nowMs: number): AccountFailure | null {
  if (answer.kind !== 'http') return failureOf(answer);
  const error = errorIn(answer);
  const code = error?.code;
  const known = OUTCOME_BY_CODE.get(code ?? '');
  if (known === undefined && answer.status >= 200 && answer.status < 300) return null;
  if (trackingCodeOf(answer) !== null) return null;
  const outcome = known ?? outcomeByStatus(answer.status, code);
  const reason = `FedEx answered ${answer.status}, ${code ?? 'without a code'}`;
  if (outcome === 'rate_limited') return rateLimited(answer, error, reason, nowMs);
  return { outcome, reason, ...waitRequestedBy(answer, nowMs) };
}

/**
 * `TRACKING.…` of a 400 or 404: the request was read, and something in it does not belong to a
 * parcel.
 */
export function trackingCodeOf(answer: HttpAnswer): string | null {
  const code = answer.status === 400 || answer.status === 404 ? errorIn(answer)?.code : undefined;
  return code?.startsWith('TRACKING.') ? code : null;
}

/** The code of a 400 about the requested number, not about the account or its rate. */
export function requestCodeOf(answer: HttpAnswer): string | null {
  const code = answer.status === 400 ? (errorIn(answer)?.code ?? null) : null;
  return code === null || OUTCOME_BY_CODE.has(code) ? null : code;
}

function errorIn({ text }: HttpAnswer): ApiError | null {
  const read = trackAnswer.safeParse(jsonOrNull(text)?.value);
  return read.success ? (read.data.errors.find((error) => error !== null) ?? null) : null;
}

/** A 403 without FedEx's own words may be any firewall's, and says nothing of the credentials. */
function outcomeByStatus(status: number, code: string | undefined): Outcome {
  if (status === 401) return 'auth_error';
  if (status === 403 && code !== undefined) return 'scope_missing';
  return status === 429 ? 'rate_limited' : 'error';
}

/** One code for both limits, so that only the text distinguishes the day's from the burst's. */
function rateLimited(
  answer: HttpAnswer,
  error: ApiError | null,
  reason: string,
  nowMs: number,
): AccountFailure {
  const isDaily = /daily|quota/i.test(error?.message ?? '');
  const retryAfterS =
    retryAfterOf(answer, nowMs) ?? (isDaily ? toMidnightGmtS(nowMs) : BURST_WINDOW_S);
  const limit = isDaily ? 'the quota of the day' : 'too many in a short time';
  return { outcome: 'rate_limited', reason: `${reason}: ${limit}`, retryAfterS };
}

const DAY_MS = 86_400_000;

function toMidnightGmtS(nowMs: number): number {
  return Math.ceil((DAY_MS - (nowMs % DAY_MS)) / 1_000);
}
