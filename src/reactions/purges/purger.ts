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

export function isPurgeAll({ carrier }: ParcelKey): boolean {
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
