import type { DriverPorts, TransportAnswer } from './ports.ts';
import type { Keys, Trouble } from './stored.ts';
import type { Refusal } from './wire.ts';

/** The outcome of one event in a batch. */
type Outcome = { readonly id: string } & (
  | { readonly outcome: 'accepted' | 'duplicate' }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }
);

/** What an answer means for the request. */
export type Verdict =
  /** The hub accepted the request. `body` is the answer's JSON. */
  | { readonly kind: 'done'; readonly body: unknown }
  /** The outcome is unknown, or the hub cannot accept it now: send the same again. */
  | {
      readonly kind: 'later';
      readonly retryAfterMs: number | null;
      readonly reason: string;
      /** Whether something answered and the request may be at fault. */
      readonly isFault: boolean;
    }
  /** The key of this device is no longer valid. */
  | { readonly kind: 'revoked'; readonly refusal: Refusal }
  /** The request as a whole will never be accepted as it is. */
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export const NO_ANSWER: Verdict & { readonly kind: 'later' } = {
  kind: 'later',
  retryAfterMs: null,
  reason: '',
  isFault: false,
};

/**
 * Statuses that mean to try later: too busy, too slow, too early, or something between the phone
 * and the hub.
 */
const LATER = new Set([405, 407, 408, 421, 423, 425, 429]);
/** Statuses for which the rate or the time is the problem, not the content. */
const NO_FAULT = new Set([407, 408, 425, 429]);

/**
 * Interprets an answer with the caution that phone networks need: only the hub's JSON counts.
 * Anything else (a hotel's sign-in page, a proxy, a hub being replaced) is no answer.
 * @param namesResource whether the request named a resource that may be gone: then a 404 is about
 * that, otherwise about the path, which will exist again.
 */
export function judgeAnswer(
  { status, header, text }: TransportAnswer,
  { namesResource }: { readonly namesResource: boolean } = { namesResource: false },
): Verdict {
  const body = jsonOf(text);
  if (status >= 200 && status < 300) {
    if (isObject(body)) return { kind: 'done', body };
    const reason = 'Something other than the hub answered.';
    return { kind: 'later', retryAfterMs: null, reason, isFault: true };
  }
  const problem = isProblem(body) ? body : null;
  const isLater = status >= 500 || LATER.has(status) || (status === 404 && !namesResource);
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

/** Why the hub refused the request; null: not an answer of the hub, or not a refusal. */
export function refusalIn({ text }: TransportAnswer): Refusal | null {
  const body = jsonOf(text);
  return isProblem(body) ? refusalOfProblem(body) : null;
}

/**
 * The outcomes in an answer to `POST /v1/driver/events`, for the ids that were sent. An id that
 * the answer does not mention is left out and sent again.
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

/** Whether this answers `POST /v1/driver/proofs` or `/shift`: a gateway may return any object. */
export function isAnswerTo(kind: 'proof' | 'shift', body: unknown): boolean {
  if (!isObject(body)) return false;
  if (kind === 'proof') return Array.isArray(body['proofs']);
  return isObject(body['courier']) && typeof body['courier']['id'] === 'string';
}

/**
 * The hub's verdict on a proof's PIN, if a valid PIN is still missing: the rest of the proof is
 * stored, and only the PIN has to be asked for again. Null: the PIN is fine.
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

/** Reads a refusal in the form of an event's result or a stream's message. */
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

/**
 * How often, and for how long, the head of the queue is retried alone before other items overtake
 * it.
 */
const ALONE_MAX = 4;
const FOR_MS = 60_000;
/**
 * After two failures, a batch is retried with this fraction of its items, until its head is alone.
 */
const SHRINK = 4;

/** The code of an item that was set aside, as the courier sees it. */
export const NOT_ACCEPTED = 'not_taken';

/**
 * Remembers, across restarts of the app, what the hub does not accept. One item that never gets an
 * answer must not block everything after it.
 */
export interface Troubles {
  /** Returns how many items to send at once while `first` is at the head of the queue. */
  batchSize(first: string, most: number): Promise<number>;
  /**
   * Records that a request with `first` at its head failed.
   * @param isAlone whether the request held nothing else, so that the fault is with `first` or the
   * hub
   * @returns whether to send other items now, to find out whether `first` or the hub is at fault
   */
  note(first: string, isAlone: boolean): Promise<boolean>;
  forget(): Promise<void>;
}

/** Opens the record of what the hub does not accept. */
export function openTroubles(
  { storage, now }: Pick<DriverPorts, 'storage' | 'now'>,
  { trouble: key }: Pick<Keys, 'trouble'>,
): Troubles {
  const storedTrouble = async (itemId: string): Promise<Trouble | null> => {
    const found = (await storage.get(key)) as Trouble | undefined;
    return found?.itemId === itemId ? found : null;
  };
  return {
    async batchSize(first, most) {
      const failures = (await storedTrouble(first))?.failures ?? 0;
      return Math.max(1, Math.floor(most / SHRINK ** Math.max(0, failures - 1)));
    },
    async note(first, isAlone) {
      const before = (await storedTrouble(first)) ?? { failures: 0, alone: 0, sinceMs: now() };
      const alone = before.alone + (isAlone ? 1 : 0);
      const { sinceMs } = before;
      const noted: Trouble = { itemId: first, failures: before.failures + 1, alone, sinceMs };
      await storage.write([[key, noted]]);
      return isAlone && alone >= ALONE_MAX && now() - sinceMs >= FOR_MS;
    },
    async forget() {
      if ((await storage.get(key)) !== undefined) await storage.write([[key, undefined]]);
    },
  };
}

/**
 * The refusal of an item that was set aside. @param reason the hub's own message; empty if it sent
 * none
 */
export function notAccepted(reason: string): Refusal {
  return { code: NOT_ACCEPTED, reason, fix: '' };
}
