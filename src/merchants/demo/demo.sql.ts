import { DEMO_TENANT } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryAny, queryRow, queryRows, type Row } from '../../platform/database/query-rows.ts';
import { FIRST_MERCHANT } from '../api-keys.ts';
import type { MembershipRow } from '../members/members.sql.ts';

/** Held by the process that makes, moves or removes the demo. */
export const DEMO_LOCK = { lockClass: 0x5742_0020, keys: [1] } as const;

/** Wakes the processes that make, move and remove the demo. */
export const DEMO_CHANNEL = 'waybill_demo';

const DEMO_MERCHANT = { slug: 'demo', name: 'Demo' };

export type DemoState = 'making' | 'made' | 'removing';

interface Demo extends Row<'merchants', 'createdAtMs'> {
  readonly demoState: DemoState;
}

/** Returns the demo merchant; null: there is none. */
export function findDemo(db: Queryable): Promise<Demo | null> {
  return queryRow<Demo>(db, {
    name: 'find_demo',
    text: 'select demo_state, created_at from merchants where id = $1',
    values: [DEMO_TENANT.merchantId],
  });
}

/** Adds the demo merchant, whose parcels are to be made, unless it exists. */
export async function addDemo(db: Queryable, nowMs: number): Promise<void> {
  // Somebody's own merchant may be called "demo".
  await db.query(
    `insert into merchants (id, slug, name, created_at, demo_state)
     select $1, case when exists (select from merchants where slug = $2) then $2 || '-history'
       else $2 end, $3, to_timestamp($4 / 1000.0), 'making'
     on conflict do nothing`,
    [DEMO_TENANT.merchantId, DEMO_MERCHANT.slug, DEMO_MERCHANT.name, nowMs],
  );
}

/** Notes that all parcels were made. False: the demo is to be removed instead. */
export function noteDemoMade(db: Queryable): Promise<boolean> {
  return queryAny(
    db,
    `with made as (
       update merchants set demo_state = 'made' where id = $1 and demo_state = 'making' returning id)
     select pg_notify($2, '') from made`,
    [DEMO_TENANT.merchantId, DEMO_CHANNEL],
  );
}

/** Notes that the demo is to be removed, and moves members who look at it to the first merchant. */
export async function askToRemoveDemo(db: Queryable): Promise<void> {
  await db.query({
    text: `with demo as (
             update merchants set demo_state = 'removing' where id = $1 returning id),
           moved as (
             update member_sessions set merchant_id = f.id, mode = 'test'
             from merchants f where f.slug = $2 and merchant_id = $1)
           select pg_notify($3, '') from demo`,
    values: [DEMO_TENANT.merchantId, FIRST_MERCHANT.slug, DEMO_CHANNEL],
  });
}

export async function wakeDemo(db: Queryable): Promise<void> {
  await db.query('select pg_notify($1, $2)', [DEMO_CHANNEL, '']);
}

/**
 * Condition for `c` to be the demo, and for the merchant whose id is appended to be the first one:
 * only its members and its key see the demo.
 */
const IS_DEMO_OF = `c.id = '${DEMO_TENANT.merchantId}' and c.demo_state <> 'removing' and exists (
  select from merchants f where f.slug = '${FIRST_MERCHANT.slug}' and f.id = `;

/** Returns what a user may look at at the desk: their memberships, by name, then the demo. */
export function tenantsOfUser(db: Queryable, userId: string): Promise<MembershipRow[]> {
  return queryRows<MembershipRow>(db, {
    name: 'tenants_of_user',
    text: `select distinct on (c.demo_state is not null, c.name, c.id)
             c.id as merchant_id, c.slug, c.name, m.role,
             case when c.id = m.merchant_id then m.mode else 'test' end as mode
           from memberships m
           join merchants c on c.id = m.merchant_id or ${IS_DEMO_OF} m.merchant_id)
           where m.user_id = $1 order by c.demo_state is not null, c.name, c.id`,
    values: [userId],
  });
}

/** Returns the parcels of the demo with this tag, the newest first. */
export function demoParcelsTagged(
  db: Queryable,
  tag: string,
): Promise<Row<'shipments', 'carrier' | 'trackingNumber'>[]> {
  return queryRows(db, {
    name: 'demo_parcels_tagged',
    text: `select carrier, tracking_number from shipments
           where merchant_id = $1 and mode = $2 and tags @> array[$3] and deleted_at is null
           order by created_at desc, id`,
    values: [DEMO_TENANT.merchantId, DEMO_TENANT.mode, tag],
  });
}
