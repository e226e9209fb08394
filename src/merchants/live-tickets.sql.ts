import type { Mode, Tenant } from '../kernel/tenant.ts';
import type { Queryable } from '../platform/database/database.ts';
import { queryColumn, queryRow } from '../platform/database/query-rows.ts';

interface LiveTicketRow {
  readonly merchantId: string;
  readonly mode: Mode;
  readonly keyId: string;
  readonly topics: string[] | null;
  readonly origin: string;
}

export async function insertLiveTicket(
  db: Queryable,
  { merchantId, mode }: Tenant,
  ticket: {
    readonly hash: Uint8Array;
    readonly keyId: string;
    readonly topics: readonly string[] | null;
    readonly origin: string;
    readonly expiresAtMs: number;
  },
): Promise<void> {
  await db.query({
    name: 'insert_live_ticket',
    text: `insert into live_tickets (hash, merchant_id, mode, key_id, topics, origin, expires_at)
           values ($1, $2, $3, $4, $5, $6, to_timestamp($7 / 1000.0))`,
    values: [
      ...[ticket.hash, merchantId, mode, ticket.keyId],
      ...[ticket.topics, ticket.origin, ticket.expiresAtMs],
    ],
  });
}

/**
 * Uses up a ticket; null if there is none, or it has expired, or its key was revoked. Needs the
 * pipeline's role.
 */
export async function takeLiveTicket(
  db: Queryable,
  hash: Uint8Array,
  nowMs: number,
): Promise<LiveTicketRow | null> {
  return queryRow<LiveTicketRow>(db, {
    name: 'take_live_ticket',
    text: `delete from live_tickets t using api_keys k
           where t.hash = $1 and t.expires_at > to_timestamp($2 / 1000.0)
             and k.id = t.key_id and k.revoked_at is null
           returning t.merchant_id, t.mode, t.key_id, t.topics, t.origin`,
    values: [hash, nowMs],
  });
}

/** Removes unused tickets. Needs the pipeline's role. */
export async function dropLiveTickets(
  db: Queryable,
  beforeMs: number,
  limit: number,
): Promise<void> {
  await db.query({
    name: 'drop_live_tickets',
    text: `delete from live_tickets where hash in (
             select hash from live_tickets where expires_at < to_timestamp($1 / 1000.0) limit $2)`,
    values: [beforeMs, limit],
  });
}

/** Announces revoked keys by id; a trigger of the keys' table sends it. */
export const KEYS_CHANNEL = 'waybill_keys';

/** Returns those of these keys that are still valid. Needs the pipeline's role. */
export async function unrevokedKeys(
  db: Queryable,
  keyIds: readonly string[],
): Promise<ReadonlySet<string>> {
  return new Set(
    await queryColumn<string>(db, {
      name: 'unrevoked_keys',
      text: 'select id from api_keys where id = any($1::uuid[]) and revoked_at is null',
      values: [keyIds],
    }),
  );
}
