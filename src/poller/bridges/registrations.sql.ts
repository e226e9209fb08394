import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryCount, queryRow, queryRows, type Row } from '../../platform/database/query-rows.ts';
import type { TargetKey } from '../due/target.ts';
import type { Rival, Share, TenantAccount } from './bridge-accounts.ts';
import { type Answered, CALL_MS_MAX, type Pause, type Quota } from './registration.ts';

/** A parcel in the calls of an account. */
export type Registration = Row<
  'bridge_registrations',
  'carrier' | 'trackingNumber' | 'reference' | 'tries' | 'stopTries'
> & { readonly shipmentId: string };

/** Returns the parcel as a key of maps. */
export function parcelText(parcel: Pick<Registration, 'carrier' | 'trackingNumber'>): string {
  return `${parcel.carrier} ${parcel.trackingNumber}`;
}

export interface BridgeAccount extends Tenant {
  readonly id: string;
  /** The bridge. */
  readonly carrier: string;
}

const at = (ms: string) => `to_timestamp(${ms}::float8 / 1000.0)`;
const QUOTA = `q.month, q.registrations, q.used, q.remaining, q.quota_at, q.paused_until,
  q.pause_reason, q.pauses`;
const FINAL = `('delivered', 'returned_to_sender', 'cancelled')`;
/** The parcel's own target and that of the bridge, of a registration named r. */
const PARCEL = `(t.merchant_id, t.mode, t.carrier, t.tracking_number)
  = (r.merchant_id, r.mode, r.carrier, r.tracking_number)`;
const BRIDGED = `(b.merchant_id, b.mode, b.carrier, b.tracking_number, b.parcel_carrier)
  = (r.merchant_id, r.mode, r.bridge, r.tracking_number, r.carrier)`;

/** Reads all active accounts of a tenant with credentials, oldest first. */
export async function tenantAccounts(db: Queryable, tenant: Tenant): Promise<TenantAccount[]> {
  const rows = await queryRows<Omit<TenantAccount, 'quota'> & Quota & { month: string | null }>(
    db,
    {
      name: 'tenant_accounts',
      text: `select a.id, a.merchant_id, a.mode, a.carrier, a.environment, a.created_at,
               a.monthly_cap, a.rule_carriers, a.rule_countries, coalesce(s.health, 'idle') as health,
               ${QUOTA}
             from carrier_accounts a
             left join account_states s on s.account_id = a.id
             left join bridge_quotas q on q.account_id = a.id
             where a.merchant_id = $1 and a.mode = $2 and a.disabled_at is null
               and a.credentials is not null
             order by a.created_at, a.id`,
      values: [tenant.merchantId, tenant.mode],
    },
  );
  return rows.map((row) => ({ ...row, quota: row.month === null ? null : row }));
}

/** Reads an account's quota; null before its first registration. */
export async function readQuota(db: Queryable, accountId: string): Promise<Quota | null> {
  return queryRow<Quota>(db, {
    name: 'read_quota',
    text: `select ${QUOTA} from bridge_quotas q where q.account_id = $1`,
    values: [accountId],
  });
}

/**
 * Reads an account's quota as of a month and locks its row, which is created if it is missing. The
 * month never goes back, whatever the clock of a process says, or the cap could be used twice.
 */
export async function lockQuota(
  tx: Queryable,
  { id, merchantId, mode }: BridgeAccount,
  month: string,
): Promise<Quota> {
  const [quota] = await queryRows<Quota>(tx, {
    name: 'lock_quota',
    text: `insert into bridge_quotas as q (account_id, merchant_id, mode, month)
           values ($1, $2, $3, $4)
           on conflict (account_id) do update set month = greatest(q.month, excluded.month),
             registrations = case when q.month >= excluded.month then q.registrations else 0 end
           returning ${QUOTA}`,
    values: [id, merchantId, mode, month],
  });
  if (quota === undefined) throw new Error('the quota was not stored');
  return quota;
}

/** Adds registrations to this month's count and takes them off what the service says is left. */
export async function countRegistrations(
  tx: Queryable,
  accountId: string,
  month: string,
  count: number,
): Promise<void> {
  await tx.query({
    name: 'count_registrations',
    text: `update bridge_quotas
           set registrations = greatest(0, registrations + $3),
             used = used + $3,
             remaining = case when remaining is not null then greatest(0, remaining - $3) end
           where account_id = $1 and month = $2`,
    values: [accountId, month, count],
  });
}

/**
 * Stores what the service says about the quota, which ends a wait for the next month. What was
 * registered since it was asked is not in its answer.
 *
 * @param before the quota as of the question
 */
export async function saveQuota(
  db: Queryable,
  accountId: string,
  said: { readonly used: number; readonly remaining: number } | null,
  {
    before,
    nowMs,
  }: { readonly before: Pick<Quota, 'month' | 'registrations'>; readonly nowMs: number },
): Promise<void> {
  await db.query({
    name: 'save_quota',
    text: `update bridge_quotas q set quota_at = ${at('$4')}, used = coalesce($2 + s.count, used),
             remaining = case when $3::integer is null then remaining
               else greatest(0, $3 - s.count) end,
             paused_until = case when $3 - s.count > 0 and pauses = 0 then null
               else paused_until end
           from (select greatest(0, registrations - case when month = $5 then $6 else 0 end) as count
                 from bridge_quotas where account_id = $1 for update) as s
           where account_id = $1`,
    values: [
      accountId,
      said?.used ?? null,
      said?.remaining ?? null,
      nowMs,
      before.month,
      before.registrations,
    ],
  });
}

/** Stores how long nothing is registered; null: it goes on. */
export async function savePause(
  tx: Queryable,
  accountId: string,
  pause: Pause | null,
  failures: number,
): Promise<void> {
  await tx.query({
    name: 'save_pause',
    text: `update bridge_quotas set paused_until = ${at('$2')}, pause_reason = $3, pauses = $4
           where account_id = $1`,
    values: [accountId, pause?.untilMs ?? null, pause?.reason ?? null, failures],
  });
}

/** Takes registrations whose call was lost or is to be repeated; they are due again after a call. */
export async function takeUnknown(
  db: Queryable,
  accountId: string,
  carriers: readonly string[],
  nowMs: number,
  limit: number,
): Promise<Registration[]> {
  return queryRows<Registration>(db, {
    name: 'take_unknown_registrations',
    text: `with found as (
             select r.account_id, r.carrier, r.tracking_number, t.shipment_id
             from bridge_registrations r join poll_targets t on ${PARCEL}
             where r.account_id = $1 and r.state = 'requested' and r.try_at <= ${at('$2')}
               and t.ended_at is null and t.status not in ${FINAL} and r.carrier = any($5::text[])
             order by r.try_at limit $4 for update of r skip locked)
           update bridge_registrations r
           set tries = r.tries + 1, try_at = ${at('$3')}, requested_at = ${at('$2')}
           from found f
           where (r.account_id, r.carrier, r.tracking_number)
               = (f.account_id, f.carrier, f.tracking_number)
           returning r.carrier, r.tracking_number, r.reference, r.tries, r.stop_tries, f.shipment_id`,
    values: [accountId, nowMs, nowMs + CALL_MS_MAX, limit, carriers],
  });
}

/**
 * Finds parcels in progress that the account may register and no other bridge does. A bridge tells
 * numbers apart, not carriers, so of parcels with one number only the oldest is registered.
 */
export async function wantedParcels(
  tx: Queryable,
  account: BridgeAccount,
  { carriers, rivals }: Pick<Share, 'carriers' | 'rivals'>,
  limit: number,
): Promise<readonly Pick<Registration, 'carrier' | 'trackingNumber' | 'shipmentId'>[]> {
  return queryRows(tx, {
    name: 'wanted_parcels',
    text: `
      select t.carrier, t.tracking_number, t.shipment_id from poll_targets t
      where t.merchant_id = $1 and t.mode = $2 and t.carrier = any($3::text[])
        and t.parcel_carrier is null and t.ended_at is null and t.status not in ${FINAL}
        and not exists (select from bridge_registrations r where r.account_id = $4
          and r.tracking_number = t.tracking_number
          and (r.carrier = t.carrier or r.state in ('requested', 'registered')))
        and not exists (select from poll_targets s
          where s.merchant_id = $1 and s.mode = $2 and s.carrier = any($3::text[])
            and s.tracking_number = t.tracking_number and s.parcel_carrier is null
            and s.ended_at is null and s.status not in ${FINAL}
            and (s.created_at, s.carrier) < (t.created_at, t.carrier))
        and not exists (
          select from jsonb_to_recordset($5::jsonb) as o(id uuid, carriers jsonb)
          left join bridge_registrations r on r.account_id = o.id
            and r.carrier = t.carrier and r.tracking_number = t.tracking_number
          where r.state = 'registered' or (r.state = 'requested' and r.try_at is not null)
            or (r.state is null and o.carriers ? t.carrier))
      order by t.created_at, t.carrier, t.tracking_number limit $6`,
    values: [account.merchantId, account.mode, carriers, account.id, JSON.stringify(rivals), limit],
  });
}

/** Writes new registrations, before their call. Returns those that nobody else has written. */
export async function insertRegistrations(
  tx: Queryable,
  { id, merchantId, mode, carrier }: BridgeAccount,
  parcels: readonly Pick<Registration, 'carrier' | 'trackingNumber'>[],
  { state, nowMs }: { readonly state: 'requested' | 'excluded'; readonly nowMs: number },
): Promise<ReadonlySet<string>> {
  if (parcels.length === 0) return new Set();
  const rows = await queryRows<Pick<Registration, 'carrier' | 'trackingNumber'>>(tx, {
    name: 'insert_registrations',
    text: `insert into bridge_registrations (account_id, merchant_id, mode, bridge, carrier,
             tracking_number, state, tries, requested_at, try_at)
           select $1, $2, $3, $4, n.carrier, n.number, $5, 1, ${at('$6')},
             case when $5 = 'requested' then ${at('$7')} end
           from unnest($8::text[], $9::text[]) as n(carrier, number)
           on conflict do nothing returning carrier, tracking_number`,
    values: [
      id,
      merchantId,
      mode,
      carrier,
      state,
      nowMs,
      nowMs + CALL_MS_MAX,
      parcels.map((each) => each.carrier),
      parcels.map(({ trackingNumber }) => trackingNumber),
    ],
  });
  return new Set(rows.map(parcelText));
}

/** Stores the answers to a call; withdrawn rows go. */
export async function saveAnswers(
  tx: Queryable,
  accountId: string,
  answers: readonly (Answered & Pick<Registration, 'carrier' | 'trackingNumber'>)[],
  nowMs: number,
): Promise<void> {
  const values = [
    accountId,
    answers.map(({ carrier }) => carrier),
    answers.map(({ trackingNumber }) => trackingNumber),
  ];
  const given = '(r.account_id, r.carrier, r.tracking_number) = ($1, n.carrier, n.number)';
  await tx.query({
    name: 'save_registrations',
    text: `update bridge_registrations r
           set state = n.state, reason = n.reason, reference = coalesce(n.reference, r.reference),
             try_at = ${at('n.try_ms')},
             registered_at = case when n.state = 'registered'
               then coalesce(r.registered_at, ${at('$8')}) else r.registered_at end,
             stopped_at = case when n.state = 'stopped' then ${at('$8')} end
           from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[])
             as n(carrier, number, state, reason, reference, try_ms)
           where ${given} and n.state <> 'withdrawn'`,
    values: [
      ...values,
      answers.map(({ state }) => state),
      answers.map(({ reason }) => reason),
      answers.map(({ reference }) => reference),
      answers.map(({ tryAtMs }) => tryAtMs),
      nowMs,
    ],
  });
  await tx.query({
    name: 'withdraw_registrations',
    text: `delete from bridge_registrations r using unnest($2::text[], $3::text[], $4::text[])
             as n(carrier, number, state)
           where ${given} and n.state = 'withdrawn'`,
    values: [...values, answers.map(({ state }) => state)],
  });
}

/** Takes trackings that are to be stopped: of parcels that have ended or were deleted. */
export async function takeEnded(
  db: Queryable,
  accountId: string,
  nowMs: number,
  limit: number,
): Promise<Registration[]> {
  return queryRows<Registration>(db, {
    name: 'take_ended_registrations',
    text: `with found as (
             select r.account_id, r.carrier, r.tracking_number
             from bridge_registrations r
             left join poll_targets t on ${PARCEL}
             left join poll_targets b on ${BRIDGED}
             where r.account_id = $1 and r.state in ('requested', 'registered')
               and (t.shipment_id is null or t.ended_at is not null
                 or (r.state = 'registered'
                   and ((t.status in ${FINAL} and t.confirmed)
                     or (b.status in ${FINAL} and b.confirmed))))
               and (r.try_at is null or r.try_at <= ${at('$2')})
             order by r.requested_at limit $4 for update of r skip locked)
           update bridge_registrations r set stop_tries = r.stop_tries + 1, try_at = ${at('$3')}
           from found f
           where (r.account_id, r.carrier, r.tracking_number)
               = (f.account_id, f.carrier, f.tracking_number)
           returning r.carrier, r.tracking_number, r.reference, r.tries, r.stop_tries,
             '' as shipment_id`,
    values: [accountId, nowMs, nowMs + CALL_MS_MAX, limit],
  });
}

/** Removes the rows of parcels that are gone and whose tracking is over. */
export async function dropGone(db: Queryable, accountId: string): Promise<void> {
  await db.query({
    name: 'drop_gone_registrations',
    text: `delete from bridge_registrations r
           where r.account_id = $1 and r.state in ('stopped', 'refused', 'excluded')
             and not exists (select from poll_targets t where ${PARCEL})`,
    values: [accountId],
  });
}

/** Removes the rows of deleted parcels, except those whose tracking has yet to be stopped. */
export async function dropErased(tx: Queryable, keys: readonly TargetKey[]): Promise<void> {
  await tx.query({
    name: 'drop_erased_registrations',
    text: `delete from bridge_registrations r
           using unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
             as k(merchant_id, mode, carrier, tracking_number)
           where (r.merchant_id, r.mode, r.carrier, r.tracking_number)
               = (k.merchant_id, k.mode, k.carrier, k.tracking_number)
             and r.state in ('stopped', 'refused', 'excluded')`,
    values: [
      keys.map((key) => key.merchantId),
      keys.map((key) => key.mode),
      keys.map((key) => key.carrier),
      keys.map((key) => key.trackingNumber),
    ],
  });
}

/** Lets a changed rule decide again about parcels that the former one excluded. */
export async function reconsiderExcluded(db: Queryable, accountId: string): Promise<void> {
  await db.query(`delete from bridge_registrations where account_id = $1 and state = 'excluded'`, [
    accountId,
  ]);
}

/** Whether another bridge that works and goes first polls the parcel of registration r. */
const IS_LEFT_TO_OTHER = `exists (select from bridge_registrations o
  where o.account_id = any($2::uuid[]) and o.state = 'registered'
    and o.carrier = r.carrier and o.tracking_number = r.tracking_number)`;

const earlier = (rivals: readonly Rival[]) =>
  rivals.filter(({ isEarlier }) => isEarlier).map(({ id }) => id);

/** Finds registered parcels in progress whose target is missing or behind that of the carrier. */
export async function missingTargets(
  db: Queryable,
  accountId: string,
  rivals: readonly Rival[],
  limit: number,
): Promise<readonly Pick<Registration, 'carrier' | 'trackingNumber'>[]> {
  return queryRows(db, {
    name: 'missing_targets',
    text: `select r.carrier, r.tracking_number from bridge_registrations r
           join poll_targets t on ${PARCEL} left join poll_targets b on ${BRIDGED}
           where r.account_id = $1 and r.state = 'registered' and t.ended_at is null
             and (b.shipment_id is null or b.sequence < t.sequence) and not ${IS_LEFT_TO_OTHER}
           order by r.registered_at limit $3`,
    values: [accountId, earlier(rivals), limit],
  });
}

/** Removes the targets of parcels that the account no longer polls. Returns how many there were. */
export async function dropUnneededTargets(
  db: Queryable,
  accountId: string,
  rivals: readonly Rival[],
): Promise<number> {
  return queryCount(db, {
    name: 'drop_unneeded_targets',
    text: `with found as (
             select b.merchant_id, b.mode, b.carrier, b.tracking_number
             from bridge_registrations r join poll_targets b on ${BRIDGED}
             where r.account_id = $1 and (r.state <> 'registered' or ${IS_LEFT_TO_OTHER})
             for update of b skip locked)
           delete from poll_targets b using found f
           where (b.merchant_id, b.mode, b.carrier, b.tracking_number)
               = (f.merchant_id, f.mode, f.carrier, f.tracking_number)`,
    values: [accountId, earlier(rivals)],
  });
}

/** A parcel without an update for this long has stopped moving. */
const MOVED_WITHIN_MS = 7 * 86_400_000;
const MOVING_MAX = 1_000;

/** Counts the account's registered parcels that move, of which updates are expected; at most 1,000. */
export async function countMoving(
  db: Queryable,
  accountId: string,
  nowMs: number,
): Promise<number> {
  const row = await queryRow<{ moving: number }>(db, {
    name: 'count_moving',
    text: `select count(*)::int as moving from (
             select from bridge_registrations r join poll_targets t on ${PARCEL}
             where r.account_id = $1 and r.state = 'registered' and t.ended_at is null
               and t.status <> 'created' and t.status not in ${FINAL}
               and t.last_update_at > ${at('$2')}
             limit ${MOVING_MAX}) as found`,
    values: [accountId, nowMs - MOVED_WITHIN_MS],
  });
  return row?.moving ?? 0;
}

/** Removes what accounts that no longer exist had registered, with the targets. */
export async function dropOfRemovedAccounts(db: Queryable): Promise<void> {
  await db.query(`
    with r as (
      delete from bridge_registrations r using carrier_accounts a
      where a.id = r.account_id and a.disabled_at is not null returning r.*)
    delete from poll_targets b using r where ${BRIDGED}`);
}

/** Returns the registrations of these tracking numbers that the bridge's account polls. */
export async function polledRegistrations(
  db: Queryable,
  accountId: string,
  trackingNumbers: readonly string[],
): Promise<readonly Registration[]> {
  return queryRows<Registration>(db, {
    name: 'polled_registrations',
    text: `select r.carrier, r.tracking_number, r.reference, r.tries, r.stop_tries, b.shipment_id
           from bridge_registrations r join poll_targets b on ${BRIDGED}
           where r.account_id = $1 and r.tracking_number = any($2::text[])`,
    values: [accountId, trackingNumbers],
  });
}
