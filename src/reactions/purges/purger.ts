import type { HttpClient, HttpOutcome } from '../../platform/net/http-client.ts';

/** One parcel whose pages and answers are to be purged, or all pages with one branding. */
export interface Purgeable {
  /** One of the tags in the answers' `Cache-Tag`. */
  readonly tag: string;
  /** Paths, from the root, under which shared caches may store it; for caches without tags. */
  readonly paths: readonly string[];
}

/** A cache in front of us that can be purged. */
export interface Purger {
  /** Unique within a hub; used in its table and metrics. */
  readonly name: string;
  /** The maximum number of parcels per call. */
  readonly batchMax: number;
  /** Purges the parcels. Never throws. The outcome is `done` only when the cache confirmed it. */
  purge(parcels: readonly Purgeable[]): Promise<PurgeOutcome>;
}

export type PurgeOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfterS: number | null };

export type PurgeHttp = Pick<HttpClient, 'send'>;

/** The outcome of a call; 2xx is done. The body is left out: some repeat the credentials. */
export function outcomeOf(answer: HttpOutcome): PurgeOutcome {
  if (answer.kind === 'failed') return failed(answer.reason);
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return { outcome: 'done' };
  const retryAfterS = Number(headers['retry-after'] ?? Number.NaN);
  return failed(`status ${status}`, Number.isFinite(retryAfterS) ? retryAfterS : null);
}

/** The outcome of a purge that failed. */
export function failed(reason: string, retryAfterS: number | null = null): PurgeOutcome {
  return { outcome: 'failed', reason, retryAfterS };
}

/** What to purge: a parcel, or all pages with a merchant's branding (`purgeAllKey`). */
export interface ParcelKey {
  readonly carrier: string;
  readonly trackingNumber: string;
}

/** Stands for all carriers; no carrier has this name. */
const PURGE_ALL = '*';

/** The key for the pages of all carriers' parcels with the merchant's branding. */
export function purgeAllKey(merchantId: string): ParcelKey {
  return { carrier: PURGE_ALL, trackingNumber: merchantId };
}

export function isForAll({ carrier }: ParcelKey): boolean {
  return carrier === PURGE_ALL;
}

/** A parcel that is due to be purged from one cache. */
export interface DuePurge extends ParcelKey {
  readonly change: string;
  readonly changedAtMs: number;
  readonly rounds: number;
  readonly attempts: number;
}

/** The next purge of a parcel in a cache, at that time; null: none. */
export interface SettledPurge extends ParcelKey {
  readonly change: string;
  readonly rounds: number;
  readonly attempts: number;
  readonly dueAtMs: number | null;
}

/**
 * A purge may overtake an answer on its way into the cache, so that the old answer is stored after
 * it. A second purge removes it.
 */
export const ROUNDS = 2;
const SECOND_AFTER_MS = 2_000;
/** For `BRANDING_KEPT_MS` another process may still answer with the old branding. */
export const SECOND_PURGE_AFTER_MS = 7_000;

/** How long shared caches serve an answer if a purger is configured: then it expires by itself. */
export const SHARED_MAX_AGE_S = 300;
/** Margin for clocks and answers in transit. */
const GIVE_UP_AFTER_MS = (SHARED_MAX_AGE_S + 60) * 1_000;

const RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;

/** The next state of a parcel after an attempted purge. Pure. */
export function settlePurge(due: DuePurge, outcome: PurgeOutcome, nowMs: number): SettledPurge {
  if (outcome.outcome === 'done') {
    const rounds = due.rounds - 1;
    const afterMs = isForAll(due) ? SECOND_PURGE_AFTER_MS : SECOND_AFTER_MS;
    return { ...due, rounds, attempts: 0, dueAtMs: rounds > 0 ? nowMs + afterMs : null };
  }
  const backoffMs = Math.min(RETRY_MS_MAX, RETRY_MS * 2 ** (due.attempts - 1));
  const requestedMs = (outcome.retryAfterS ?? 0) * 1_000;
  const dueAtMs = nowMs + Math.max(backoffMs, requestedMs);
  const isPointless = dueAtMs - due.changedAtMs > GIVE_UP_AFTER_MS;
  return { ...due, dueAtMs: isPointless ? null : dueAtMs };
}
