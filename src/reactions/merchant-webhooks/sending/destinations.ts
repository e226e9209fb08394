import { LRUCache } from 'lru-cache';
import { entriesMax } from '../../../kernel/entries-max.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import type { Logger } from '../../../platform/observability/log.ts';
import type { Keyring } from '../../../platform/sealing/sealing.ts';
import type { Destination } from '../endpoints/endpoint.ts';
import { endpointsById } from '../endpoints/endpoints.sql.ts';
import { destinationOf } from '../endpoints/endpoints.ts';
import type { Throttle } from './throttle.ts';

/** The cached destinations of endpoints, with decrypted URLs and secrets. */
export interface Destinations {
  /** Returns a destination. Undefined: not loaded yet; null: there is no such endpoint any more. */
  get(id: string): Destination | null | undefined;
  /** Loads those endpoints that are not cached. */
  load(ids: readonly string[]): Promise<void>;
  /** Drops an endpoint that has changed; null: any of them may have changed. */
  forget(id: string | null): void;
}

/**
 * The maximum number of cached endpoints, more than one load ever requests; beyond it, the least
 * recently used are evicted.
 */
const KNOWN_MAX = 20_000;

interface DestinationsDeps {
  readonly db: Queryable;
  readonly keyring: Keyring;
  readonly log: Logger;
}

export function createDestinations({ db, keyring, log }: DestinationsDeps): Destinations {
  const cached = new LRUCache<string, { readonly destination: Destination | null }>({
    ...entriesMax(KNOWN_MAX),
  });
  /** The number of changes. Data that were read before a change are discarded. */
  let changes = 0;
  return {
    get: (id) => cached.get(id)?.destination,
    async load(ids) {
      const missing = ids.filter((id) => !cached.has(id));
      if (missing.length === 0) return;
      for (let before = -1; before !== changes; ) {
        before = changes;
        const rows = await endpointsById(db, missing);
        if (before !== changes) continue;
        for (const id of missing) cached.set(id, { destination: null });
        for (const row of rows) cached.set(row.id, { destination: openOrNull(row) });
      }
    },
    forget(id) {
      changes += 1;
      if (id === null) cached.clear();
      else cached.delete(id);
    },
  };

  function openOrNull(row: Parameters<typeof destinationOf>[1]): Destination | null {
    try {
      return destinationOf({ keyring }, row);
    } catch (err) {
      log.error({ err, endpoint_id: row.id }, 'a webhook endpoint cannot be opened');
      return null;
    }
  }
}

/** Reads the destinations of endpoints with due deliveries, in batches. */
export interface DestinationLoader {
  want(throttle: Throttle): void;
  isBusy(): boolean;
}

/** @param onLoaded called for each wanted endpoint, whether it could be read or not. */
export function createDestinationLoader(
  destinations: Destinations,
  log: Logger,
  onLoaded: (throttle: Throttle) => void,
): DestinationLoader {
  const wanted = new Set<Throttle>();
  let loads = 0;

  async function load(): Promise<void> {
    const throttles = [...wanted];
    wanted.clear();
    try {
      await destinations.load(throttles.map(({ endpointId }) => endpointId));
    } catch (err) {
      log.warn({ err }, 'webhook endpoints could not be read');
    }
    loads -= 1;
    for (const throttle of throttles) onLoaded(throttle);
  }

  return {
    want(throttle) {
      wanted.add(throttle);
      if (wanted.size > 1) return;
      loads += 1;
      // Requests of one turn of the event loop share a query.
      setImmediate(() => void load());
    },
    isBusy: () => loads > 0,
  };
}
