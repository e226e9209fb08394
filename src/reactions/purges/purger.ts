import type { HttpClient, HttpOutcome } from '../../platform/net/http-client.ts';

/** One parcel whose pages and answers are to be forgotten, or all pages in one look. */
export interface Purgeable {
  /** One of those in the answers' `Cache-Tag`. */
  readonly tag: string;
  /** Paths, from the root, at which shared caches may hold it; for caches that know no tags. */
  readonly paths: readonly string[];
}

/** A cache in front of us that can be purged. */
export interface Purger {
  /** Unique among those of a hub; stands in its table and figures. */
  readonly name: string;
  /** Parcels in one call. */
  readonly batchMax: number;
  /** Never throws. `done` only when the cache said so. */
  purge(parcels: readonly Purgeable[]): Promise<PurgeOutcome>;
}

export type PurgeOutcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfterS: number | null };

export type PurgeHttp = Pick<HttpClient, 'send'>;

/** An answer in words; 2xx is done. The body is kept out: some repeat the credentials. */
export function outcomeOf(answer: HttpOutcome): PurgeOutcome {
  if (answer.kind === 'failed') return failed(answer.reason);
  const { status, headers } = answer;
  if (status >= 200 && status < 300) return { outcome: 'done' };
  const retryAfterS = Number(headers['retry-after'] ?? Number.NaN);
  return failed(`status ${status}`, Number.isFinite(retryAfterS) ? retryAfterS : null);
}

export function failed(reason: string, retryAfterS: number | null = null): PurgeOutcome {
  return { outcome: 'failed', reason, retryAfterS };
}
