import type { Queryable } from '../../../platform/database.ts';
import type { Logger } from '../../../platform/log.ts';
import type { Keyring } from '../../../platform/sealing.ts';
import type { Destination } from '../endpoint.ts';
import { endpointsById } from '../endpoints.sql.ts';
import { destinationOf } from '../endpoints.ts';

/** URLs and secrets of the endpoints that something is sent to, opened. */
export interface Destinations {
  /** Undefined: not read yet; null: there is no such endpoint any more. */
  get(id: string): Destination | null | undefined;
  /** Reads those that are not known. */
  load(ids: readonly string[]): Promise<void>;
  /** It has changed; null: any of them may have. */
  forget(id: string | null): void;
}

/** Beyond this all are forgotten and read again as they are needed. */
const KNOWN_MAX = 20_000;

export interface DestinationsDeps {
  readonly db: Queryable;
  readonly keyring: Keyring;
  readonly log: Logger;
}

export function createDestinations({ db, keyring, log }: DestinationsDeps): Destinations {
  const known = new Map<string, Destination | null>();
  /** Counts changes: what was read before one is not kept. */
  let changes = 0;
  return {
    get: (id) => known.get(id),
    async load(ids) {
      const unknown = ids.filter((id) => !known.has(id));
      if (unknown.length === 0) return;
      if (known.size + unknown.length > KNOWN_MAX) known.clear();
      for (let before = -1; before !== changes; ) {
        before = changes;
        const rows = await endpointsById(db, unknown);
        if (before !== changes) continue;
        for (const id of unknown) known.set(id, null);
        for (const row of rows) known.set(row.id, opened(row));
      }
    },
    forget(id) {
      changes += 1;
      if (id === null) known.clear();
      else known.delete(id);
    },
  };

  function opened(row: Parameters<typeof destinationOf>[1]): Destination | null {
    try {
      return destinationOf({ keyring }, row);
    } catch (err) {
      log.error({ err, endpoint_id: row.id }, 'a webhook endpoint cannot be opened');
      return null;
    }
  }
}
