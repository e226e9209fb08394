import { isDemo, type Tenant } from '../../kernel/tenant.ts';
import { type Database, type Transaction, withTenant } from '../database/database.ts';
import type { Keyring } from '../sealing/sealing.ts';
import type { LogEntry } from './event-log.ts';
import { entriesAt, type FeedKey, newestPositions, nextKeys } from './feed.sql.ts';
import { openCursor, type Positions, sealCursor, startOfLog } from './feed-cursor.ts';

/**
 * Reads a tenant's own part of the event log page by page. Within a shard, positions are in commit
 * order, so a reader that returns with its cursor has missed nothing, whatever was being committed
 * while it read; between shards there is no order.
 */
export interface EventFeed<Event> {
  read(tenant: Tenant, from: FeedStart<Event>): Promise<FeedPage<Event> | BadCursor>;
}

interface FeedStart<Event> {
  /**
   * `next` of the previous page; null: from the oldest retained entry; `latest`: only new entries.
   */
  readonly after: string | null;
  readonly limit: number;
  /** Which entries are returned; the others are skipped permanently. */
  readonly wanted?: (event: Event) => boolean;
}

export interface FeedPage<Event> {
  readonly kind: 'page';
  /** Roughly oldest first; exactly so for each subject. */
  readonly entries: readonly Event[];
  readonly next: string;
  /** Whether there may be more right now. */
  readonly hasMore: boolean;
}

interface BadCursor {
  readonly kind: 'bad_cursor';
}

export { CURSOR_CHARS_MAX } from './feed-cursor.ts';

/** A value of `after`: only entries from now on. */
export const LATEST = 'latest';

/** The most entries scanned for one page when few match; takes some tens of milliseconds. */
const SCANNED_MAX = 4_000;
const BATCH_MAX = 501;

/** Creates the feed of a tenant's events, which is read in pages from a sealed cursor. */
export function createEventFeed<Event>(deps: {
  readonly db: Pick<Database, 'app'>;
  readonly keyring: Keyring;
  /** Interprets an entry for the caller; called once for each entry. */
  readonly read: (entry: LogEntry) => Event;
}): EventFeed<Event> {
  const { db, keyring } = deps;
  return {
    async read(tenant, { after, limit, wanted = () => true }) {
      const start =
        after === null || after === LATEST ? startOfLog() : openCursor(keyring, tenant, after);
      if (start === null) return { kind: 'bad_cursor' };
      return withTenant(db.app, tenant, async (tx) => {
        if (after === LATEST || isDemo(tenant)) {
          const next = sealCursor(keyring, tenant, await newestPositions(tx, tenant));
          return { kind: 'page', entries: [], next, hasMore: false };
        }
        const { entries, reached, hasMore } = await readWanted(tx, tenant, start, {
          limit,
          wanted,
          read: deps.read,
        });
        // At the end the cursor stays the same, so that an idle reader gets no change.
        const next =
          after === null || reached !== start ? sealCursor(keyring, tenant, reached) : after;
        return { kind: 'page', entries, next, hasMore };
      });
    },
  };
}

interface Gathered<Event> {
  readonly entries: Event[];
  readonly reached: Positions;
  readonly hasMore: boolean;
}

/**
 * Reads wanted events from `start` on, until there are `limit` of them, the log ends, or
 * `SCANNED_MAX` entries were read.
 */
async function readWanted<Event>(
  tx: Transaction,
  tenant: Tenant,
  start: Positions,
  {
    limit,
    wanted,
    read,
  }: Required<Pick<FeedStart<Event>, 'limit' | 'wanted'>> & {
    readonly read: (entry: LogEntry) => Event;
  },
): Promise<Gathered<Event>> {
  const entries: Event[] = [];
  let reached = start;
  // One more than requested shows whether there is more. Up to this many are read of each shard.
  let batch = Math.min(limit + 1, BATCH_MAX);
  for (let scanned = 0; scanned < SCANNED_MAX; batch = Math.min(batch * 4, BATCH_MAX)) {
    const keys = await nextKeys(tx, tenant, reached, batch);
    scanned += keys.length;
    for (const entry of await entriesAt(tx, keys)) {
      if (entries.length === limit) return { entries, reached, hasMore: true };
      reached = withPosition(reached, entry);
      const event = read(entry);
      if (wanted(event)) entries.push(event);
    }
    if (keys.length < batch) return { entries, reached, hasMore: false };
  }
  return { entries, reached, hasMore: true };
}

function withPosition(positions: Positions, { shard, position }: FeedKey): Positions {
  const next = [...positions];
  next[shard] = position;
  return next;
}
