import { SHOP_PARTITION } from '../../intake/index.ts';
import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import {
  queryAny,
  queryRow,
  queryRows,
  queryValue,
  type Row,
} from '../../platform/database/query-rows.ts';
import { type DueRows, leasedRows } from '../../platform/work/leased-rows.ts';
import type { ShopSettings } from '../contract.ts';

export const SHOP_STATES = ['authorize', 'connected', 'paused', 'disabled'] as const;
export type ShopState = (typeof SHOP_STATES)[number];

export interface ShopRow
  extends Row<
    'shops',
    | 'id'
    | 'merchantId'
    | 'platform'
    | 'url'
    | 'disabledReason'
    | 'sealed'
    | 'credentialNames'
    | 'importsFromMs'
    | 'createdAtMs'
    | 'connectedAtMs'
    | 'lastReceivedAtMs'
    | 'lastReadAtMs'
    | 'lastWrittenAtMs'
    | 'reconciledUntilMs'
    | 'pausedUntilMs'
    | 'failingSinceMs'
    | 'failures'
    | 'lastFailure'
  > {
  readonly mode: Tenant['mode'];
  readonly state: ShopState;
  readonly settings: ShopSettings;
}

const COLUMNS = `id, merchant_id, mode, platform, url, state, disabled_reason, sealed,
  credential_names, settings, imports_from, created_at, connected_at, last_received_at,
  last_read_at, last_written_at, reconciled_until, paused_until, failing_since, failures,
  last_failure`;

/** Inserts a shop; false: the tenant has connected that URL already. */
export function insertShop(db: Queryable, row: ShopRow): Promise<boolean> {
  return queryAny(
    db,
    `insert into shops (id, merchant_id, mode, platform, url, state, sealed, credential_names,
       settings, imports_from, created_at, connected_at, reconcile_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10 / 1000.0),
             to_timestamp($11 / 1000.0), to_timestamp($12 / 1000.0), to_timestamp($12 / 1000.0))
     on conflict (merchant_id, mode, platform, url) do nothing`,
    [
      row.id,
      row.merchantId,
      row.mode,
      row.platform,
      row.url,
      row.state,
      row.sealed,
      row.credentialNames,
      JSON.stringify(row.settings),
      row.importsFromMs,
      row.createdAtMs,
      row.connectedAtMs,
    ],
  );
}

/** Returns a shop that the current role may see. */
export function shopById(db: Queryable, id: string): Promise<ShopRow | null> {
  return queryRow<ShopRow>(db, {
    name: 'shop_by_id',
    text: `select ${COLUMNS} from shops where id = $1`,
    values: [id],
  });
}

export function visibleShops(db: Queryable): Promise<ShopRow[]> {
  return queryRows<ShopRow>(db, `select ${COLUMNS} from shops order by created_at, id`);
}

/** What a merchant or a person's permission changes. */
export type ShopChange = Pick<
  ShopRow,
  'id' | 'state' | 'sealed' | 'credentialNames' | 'settings' | 'connectedAtMs'
>;

/** Stores a change; what failed before is forgotten, and the shop is compared at once. */
export async function updateShop(db: Queryable, row: ShopChange, nowMs: number): Promise<void> {
  await db.query(
    `update shops set state = $2, sealed = $3, credential_names = $4, settings = $5,
       connected_at = to_timestamp($6 / 1000.0),
       disabled_reason = null, failing_since = null, failures = 0, paused_until = null,
       reconcile_at = to_timestamp($7 / 1000.0)
     where id = $1`,
    [
      row.id,
      row.state,
      row.sealed,
      row.credentialNames,
      JSON.stringify(row.settings),
      row.connectedAtMs,
      nowMs,
    ],
  );
}

/** Replaces a shop's secrets. */
export async function resealShop(db: Queryable, id: string, sealed: Buffer): Promise<void> {
  await db.query('update shops set sealed = $2 where id = $1', [id, sealed]);
}

/** Stores what a successful call tells about a shop. */
export async function noteSuccess(
  db: Queryable,
  id: string,
  what: 'received' | 'read' | 'written',
  nowMs: number,
): Promise<void> {
  const isCall = what !== 'received';
  await db.query({
    name: `note_shop_${what}`,
    text: `update shops set last_${what}_at = to_timestamp($2 / 1000.0)
             ${isCall ? ', failing_since = null, failures = 0, paused_until = null' : ''}
           where id = $1`,
    values: [id, nowMs],
  });
}

/** Counts a failed call; returns how long, and how often, calls have failed. */
export function noteFailure(
  db: Queryable,
  id: string,
  { reason, pausedUntilMs }: { reason: string; pausedUntilMs: number | null },
  nowMs: number,
): Promise<{ failingSinceMs: number; failures: number } | null> {
  return queryRow(db, {
    name: 'note_shop_failure',
    text: `update shops set failures = failures + 1, last_failure = $3,
             failing_since = coalesce(failing_since, to_timestamp($2 / 1000.0)),
             paused_until = greatest(paused_until, to_timestamp($4 / 1000.0))
           where id = $1 returning failing_since, failures`,
    values: [id, nowMs, reason, pausedUntilMs],
  });
}

/** Disables a shop; returns the sequence of the event about it, or null if it is not connected. */
export function disableShop(tx: Queryable, id: string, reason: string): Promise<number | null> {
  return queryValue<number>(
    tx,
    `update shops set state = 'disabled', disabled_reason = $2, sequence = sequence + 1
     where id = $1 and state = 'connected' returning sequence`,
    [id, reason],
  );
}

/** Returns whose a shop is; null: there is no such shop. For the role that sees every tenant. */
export function tenantOfShop(db: Queryable, id: string): Promise<Tenant | null> {
  return queryRow<Tenant>(db, 'select merchant_id, mode from shops where id = $1', [id]);
}

export interface ShopCount extends Pick<ShopRow, 'platform' | 'state'> {
  readonly count: number;
}

/** Counts the shops of all merchants. For the role that sees every tenant. */
export function countShops(db: Queryable): Promise<ShopCount[]> {
  return queryRows<ShopCount>(
    db,
    'select platform, state, count(*)::int as count from shops group by platform, state',
  );
}

export interface DisabledShop
  extends Pick<ShopRow, 'id' | 'mode' | 'platform' | 'url' | 'disabledReason'> {
  /** The merchant's slug. */
  readonly merchant: string;
}

/** Returns disabled shops of all merchants, newest first. For the role that sees every tenant. */
export function disabledShops(db: Queryable, limit: number): Promise<DisabledShop[]> {
  return queryRows<DisabledShop>(
    db,
    `select s.id, m.slug as merchant, s.mode, s.platform, s.url, s.disabled_reason
     from shops s join merchants m on m.id = s.merchant_id
     where s.state = 'disabled' order by s.id desc limit $1`,
    [limit],
  );
}

/** Removes a shop and everything received from it, except the shipments. */
export async function deleteShop(tx: Queryable, id: string): Promise<void> {
  // Of the processed ones nothing is left to erase. These two are found by their own indexes.
  await tx.query(
    `with waiting as (
       delete from waiting_inbound_messages w using inbound_messages m
       where w.partition = $2 and m.id = w.inbound_message_id and m.account_id = $1
       returning m.id)
     delete from inbound_messages m using waiting where m.id = waiting.id`,
    [id, SHOP_PARTITION],
  );
  await tx.query(
    `delete from inbound_messages where fate = 'dead' and kind = 'shop' and account_id = $1`,
    [id],
  );
  await tx.query('delete from shops where id = $1', [id]);
}

export interface HeldShop {
  readonly id: string;
  readonly reconcileToken: number;
  /** The waiting order that was read again last; null: the next is the first. */
  readonly lastWaitingRead: string | null;
}

const SHOPS = leasedRows<Pick<HeldShop, 'id' | 'reconcileToken'>>({
  table: 'shops',
  alias: 's',
  key: { id: { type: 'uuid', of: ({ id }) => id } },
  until: 'reconcile_at',
  token: {
    column: 'reconcile_token',
    type: 'int',
    of: ({ reconcileToken }) => reconcileToken,
  },
});

/** Claims connected shops whose changes are to be compared now, longest due first. */
export function claimShops(db: Queryable, { nowMs, untilMs, limit }: DueRows): Promise<HeldShop[]> {
  return SHOPS.claim<HeldShop>(db, {
    name: 'claim_shops',
    find: `where s.state = 'connected' and s.reconcile_at <= to_timestamp($1 / 1000.0)
             and (s.paused_until is null or s.paused_until <= to_timestamp($1 / 1000.0))
           order by s.reconcile_at limit $3`,
    until: 'to_timestamp($2 / 1000.0)',
    returning: 's.id, s.reconcile_token, s.last_waiting_read',
    values: [nowMs, untilMs, limit],
  });
}

/** Extends the lease during a long comparison. */
export async function extendShop(db: Queryable, held: HeldShop, untilMs: number): Promise<void> {
  await SHOPS.extend(db, [held], untilMs);
}

/** Stores how far a shop was compared, and when it is compared next. */
export async function releaseShop(
  db: Queryable,
  held: HeldShop,
  given: Pick<HeldShop, 'lastWaitingRead'> & {
    readonly untilMs: number | null;
    readonly nextAtMs: number;
  },
): Promise<void> {
  await SHOPS.change(db, [held], {
    name: 'release_shop',
    set: `reconcile_at = to_timestamp(given.next_ms / 1000.0),
          reconciled_until = coalesce(to_timestamp(given.until_ms / 1000.0), s.reconciled_until),
          last_waiting_read = given.last_waiting_read`,
    given: {
      next_ms: { type: 'float8', of: () => given.nextAtMs },
      until_ms: { type: 'float8', of: () => given.untilMs },
      last_waiting_read: { type: 'text', of: () => given.lastWaitingRead },
    },
  });
}
