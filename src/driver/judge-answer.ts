import type { TransportAnswer } from './ports.ts';
import type { Refusal } from './wire.ts';

/** What became of one event of a batch. */
export type Outcome = { readonly id: string } & (
  | { readonly outcome: 'accepted' | 'duplicate' }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
);

/** What an answer means for what was sent. */
export type Verdict =
  /** It is there. `body` is the JSON that was answered. */
  | { readonly kind: 'done'; readonly body: unknown }
  /** Nobody knows, or not now: send the same again. */
  | {
      readonly kind: 'later';
      readonly retryAfterMs: number | null;
      readonly reason: string;
      /** Something answered, and it may be because of what was sent. */
      readonly isFault: boolean;
    }
  /** The key of this device opens nothing any more. */
  | { readonly kind: 'revoked'; readonly refusal: Refusal }
  /** The request as a whole will never be accepted as it is. */
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export const NO_ANSWER: Verdict & { readonly kind: 'later' } = {
  kind: 'later',
  ...{ retryAfterMs: null, reason: '', isFault: false },
};

/** Too busy, too slow, too early, or something between the phone and the hub. */
const LATER = new Set([405, 407, 408, 421, 423, 425, 429]);
/** Whatever is sent, it is too much or too early. */
const NO_FAULT = new Set([407, 408, 425, 429]);

/**
 * Reads an answer with the mistrust that a phone's network deserves: only JSON of the hub counts, and
 * whatever else answered (a hotel's sign-in page, a proxy, a hub being replaced) is no answer.
 *
 * @param names whether the request named a thing that may be gone: then a 404 is about that, and
 *   otherwise about the path, which will be there again.
 */
export function judgeAnswer(
  { status, header, text }: TransportAnswer,
  { names }: { readonly names: boolean } = { names: false },
): Verdict {
  const body = jsonOf(text);
  if (status >= 200 && status < 300) {
    if (isObject(body)) return { kind: 'done', body };
    const reason = 'Something else than the hub answered.';
    return { kind: 'later', retryAfterMs: null, reason, isFault: true };
  }
  const problem = isProblem(body) ? body : null;
  const isLater = status >= 500 || LATER.has(status) || (status === 404 && !names);
  if (problem === null || status < 400 || isLater) {
    const reason = problem?.detail ?? `The answer was ${status}.`;
    const isFault = !NO_FAULT.has(status);
    return { kind: 'later', retryAfterMs: retryAfterMs(header('retry-after')), reason, isFault };
  }
  const refusal = refusalOfProblem(problem);
  return status === 401 || status === 403
    ? { kind: 'revoked', refusal }
    : { kind: 'refused', refusal };
}

/** What the hub refused the request with; null: it is not the hub's answer, or none of that kind. */
export function refusalIn({ text }: TransportAnswer): Refusal | null {
  const body = jsonOf(text);
  return isProblem(body) ? refusalOfProblem(body) : null;
}

/**
 * The outcomes that an answer to `POST /v1/driver/events` holds, for the ids that were sent. An id that
 * it does not speak of is in none: it is sent again.
 */
export function outcomesOf(body: unknown, sent: readonly string[]): readonly Outcome[] {
  const results = isObject(body) && Array.isArray(body['results']) ? body['results'] : [];
  const wanted = new Set(sent);
  return results.flatMap((result: unknown): Outcome[] => {
    if (!isObject(result)) return [];
    const { id, outcome, error } = result;
    if (typeof id !== 'string' || !wanted.delete(id)) return [];
    if (outcome === 'accepted' || outcome === 'duplicate') return [{ id, outcome }];
    if (outcome !== 'refused') return [];
    return [{ id, outcome, refusal: refusalOf(isObject(error) ? error : {}) }];
  });
}

/** Whether an answer to `POST /v1/driver/proofs` or `/shift` is one: a gateway may answer with any object. */
export function isAnswerTo(kind: 'proof' | 'shift', body: unknown): boolean {
  if (!isObject(body)) return false;
  if (kind === 'proof') return Array.isArray(body['proofs']);
  return isObject(body['courier']) && typeof body['courier']['id'] === 'string';
}

/**
 * What the hub thinks of the PIN in a proof, where it is still missing after that: everything else of the
 * proof is kept, and only the PIN has to be asked for again. Null: nothing is wrong with it.
 */
export function pinRefusalIn(body: unknown): Refusal | null {
  const proofs = isObject(body) && Array.isArray(body['proofs']) ? body['proofs'] : [];
  for (const proof of proofs) {
    const { pin, missing } = isObject(proof) ? proof : {};
    const isMissing = Array.isArray(missing) && missing.includes('pin');
    if (!isMissing || !isObject(pin)) continue;
    const { outcome, attempts_left: left } = pin;
    const attemptsLeft = typeof left === 'number' ? left : 0;
    const words = { reason: '', fix: '', missing: missing.map(String), attemptsLeft };
    if (outcome === 'locked' || (outcome === 'wrong' && attemptsLeft === 0)) {
      return { code: 'pin_locked', ...words };
    }
    if (outcome === 'wrong') return { code: 'pin_wrong', ...words };
  }
  return null;
}

/** As an event's result or a stream names it. */
export function refusalOf(error: Readonly<Record<string, unknown>>): Refusal {
  const { current, allowed, missing, courier } = error;
  const holder = isObject(courier) ? courier['first_name'] : undefined;
  return {
    code: textOf(error['code']) || 'refused',
    reason: textOf(error['reason']) || textOf(error['detail']),
    fix: textOf(error['fix']),
    ...(typeof current === 'string' ? { current } : {}),
    ...(typeof holder === 'string' ? { holder } : {}),
    ...(Array.isArray(allowed) ? { allowed: allowed.map(String) } : {}),
    ...(Array.isArray(missing) ? { missing: missing.map(String) } : {}),
  };
}

interface ProblemAnswer extends Readonly<Record<string, unknown>> {
  readonly type: string;
  readonly title: string;
  readonly detail?: string;
}

function refusalOfProblem(problem: ProblemAnswer): Refusal {
  const code = problem.type.split('#').at(-1) ?? problem.type;
  const [first] = Array.isArray(problem['errors']) ? problem['errors'] : [];
  const where = isObject(first)
    ? [first['pointer'], first['reason'] ?? first['detail']].filter((part) => part !== undefined)
    : [];
  const reason = [problem.detail ?? problem.title, where.join(': ')].filter((part) => part !== '');
  return { ...refusalOf(problem), code, reason: reason.join(' ') };
}

function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,5}$/.test(header.trim()) ? Number(header) * 1_000 : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isProblem(value: unknown): value is ProblemAnswer {
  return isObject(value) && typeof value['type'] === 'string' && typeof value['title'] === 'string';
}
