import { createHash } from 'node:crypto';
import type { Tenant } from '../kernel/tenant.ts';
import { withTenant } from '../platform/database/database.ts';
import type { ApiKeysDeps } from './api-keys.ts';
import {
  dropLiveTickets,
  insertLiveTicket,
  takeLiveTicket,
  unrevokedKeys,
} from './live-tickets.sql.ts';

/** The access that a ticket gives, once. */
export interface LiveTicket {
  readonly tenant: Tenant;
  /** The id of the key that created it. */
  readonly keyId: string;
  /** The topics it may watch; null: all those of the key. */
  readonly topics: readonly string[] | null;
  /** The origin of the page that may use it, such as `https://shop.example`. */
  readonly origin: string;
}

/** Gives browsers access to live screens without a key. */
export interface LiveTickets {
  make(ticket: LiveTicket): Promise<{ readonly text: string; readonly expiresAtMs: number }>;
  /** Uses up a ticket; null if it was used, has expired, or never existed. */
  take(text: string): Promise<LiveTicket | null>;
  /** Returns those of these keys that are still valid. */
  stillGood(keyIds: readonly string[]): Promise<ReadonlySet<string>>;
}

const VALID_MS = 60_000;
const BYTES = 24;
const TEXT = /^wlt_[A-Za-z0-9_-]{32}$/;
const DROPPED_AT_ONCE = 100;

export function createLiveTickets({ db, clock, randomBytes }: ApiKeysDeps): LiveTickets {
  return {
    async make({ tenant, ...ticket }) {
      const text = `wlt_${Buffer.from(randomBytes(BYTES)).toString('base64url')}`;
      const expiresAtMs = clock.nowMs() + VALID_MS;
      const row = { ...ticket, expiresAtMs, hash: hashOf(text) };
      await withTenant(db.app, tenant, (tx) => insertLiveTicket(tx, tenant, row));
      await dropLiveTickets(db.pipeline, clock.nowMs(), DROPPED_AT_ONCE);
      return { text, expiresAtMs };
    },
    async take(text) {
      if (!TEXT.test(text)) return null;
      const row = await takeLiveTicket(db.pipeline, hashOf(text), clock.nowMs());
      if (row === null) return null;
      const { merchantId, mode, keyId, topics, origin } = row;
      return { tenant: { merchantId, mode }, keyId, topics, origin };
    },
    stillGood: (keyIds) => unrevokedKeys(db.pipeline, keyIds),
  };
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
