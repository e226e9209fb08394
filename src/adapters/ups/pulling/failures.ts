import { jsonOrNull } from '../../../kernel/wire/loose.ts';
import {
  type AccountFailure,
  type CarrierAnswer,
  failureOf,
  type HttpAnswer,
  retryAfterOf,
} from '../../contract/pull.ts';
import { anyBody } from '../schema.ts';

type Outcome = AccountFailure['outcome'];

/** Error table of UPS-API/api-documentation `UPSTrackAlert.yaml`; 10429 by its issue 123. */
const OUTCOME_BY_CODE: ReadonlyMap<string, Outcome> = new Map([
  ['250002', 'auth_error'],
  ['250003', 'auth_error'],
  ['251004', 'auth_error'],
  ['UJ0001', 'auth_error'],
  ['10429', 'rate_limited'],
]);

/** UPS names no wait in a 429 (issue 123): long enough not to be part of the crowd it refused. */
const RATE_LIMITED_S = 60;

/**
 * The failure of the account in an answer, or null when it is an answer of the API itself: 2xx, or
 * a 400 or 404 in UPS's own words, which are about the number or the request.
 */
export function accountFailureOf(answer: CarrierAnswer, nowMs: number): AccountFailure | null {
  if (answer.kind !== 'http') return failureOf(answer);
  const { status } = answer;
  const code = codeIn(answer);
  const known = OUTCOME_BY_CODE.get(code ?? '');
  if (known === undefined && status >= 200 && status < 300) return null;
  if (known === undefined && (status === 400 || status === 404) && code !== null) return null;
  const outcome = known ?? outcomeByStatus(status, code);
  const waitS = retryAfterOf(answer, nowMs) ?? (outcome === 'rate_limited' ? RATE_LIMITED_S : null);
  return {
    outcome,
    reason: `UPS answered ${status}, ${code ?? 'without a code'}`,
    ...(waitS === null ? {} : { retryAfterS: waitS }),
  };
}

/** The code of UPS's error envelope, at any level; null when there is none. */
export function codeIn({ text }: HttpAnswer): string | null {
  const read = anyBody.safeParse(jsonOrNull(text)?.value);
  if (!read.success) return null;
  const { response, errors, error } = read.data;
  const coded = [...(response?.errors ?? []), ...errors, error].find(
    (each) => typeof each === 'object' && each?.code !== undefined,
  );
  return typeof coded === 'object' ? (coded?.code ?? null) : null;
}

/** 403 is a blocked merchant (Tracking.yaml); without UPS's words it may be any firewall's. */
function outcomeByStatus(status: number, code: string | null): Outcome {
  if (status === 401) return 'auth_error';
  if (status === 403 && code !== null) return 'scope_missing';
  return status === 429 ? 'rate_limited' : 'error';
}
