import type { ShipmentEvent } from '../../../events/event.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryCount } from '../../../platform/database/query-rows.ts';
import type { NotSentReason } from '../contract.ts';
import { NO_ADDRESS_HASH } from '../people/addresses.ts';
import type { PossibleNotification } from './route.ts';

interface NewNotification extends PossibleNotification {
  readonly id: string;
  readonly event: Pick<ShipmentEvent, 'id' | 'tenant' | 'subjectId' | 'shard' | 'position'>;
  /** Why it is already decided that nobody is notified; null: still to be processed. */
  readonly notSent: NotSentReason | null;
}

/**
 * Inserts notifications in their order, due at once unless they are already decided. Those of an
 * event that is read again exist already and stay unchanged.
 *
 * @returns how many are new.
 */
export async function insertNotifications(
  db: Queryable,
  notifications: readonly NewNotification[],
  nowMs: number,
): Promise<number> {
  if (notifications.length === 0) return 0;
  return queryCount(db, {
    name: 'insert_notifications',
    text: `
      insert into notifications (id, merchant_id, mode, shipment_id, event_id, shard, position,
        occurred_at, rule, milestone, template, channel, audience, subscription_id, address_hash,
        merchant_to, subject, state, reason, created_at, send_at, ended_at)
      select d.id, d.merchant_id, d.mode, d.shipment_id, d.event_id, d.shard, d.position,
        to_timestamp(d.occurred_ms / 1000.0), d.rule, d.milestone, d.template, d.channel,
        d.audience, d.subscription_id, decode(d.hash, 'hex'), d.merchant_to, d.subject,
        case when d.not_sent is null then 'queued' else 'not_sent' end, d.not_sent,
        to_timestamp($1 / 1000.0),
        case when d.not_sent is null then to_timestamp($1 / 1000.0) end,
        case when d.not_sent is not null then to_timestamp($1 / 1000.0) end
      from unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::smallint[],
                  $8::bigint[], $9::float8[], $10::text[], $11::text[], $12::text[], $13::text[],
                  $14::text[], $15::uuid[], $16::text[], $17::text[], $18::text[], $19::text[])
        as d(id, merchant_id, mode, shipment_id, event_id, shard, position, occurred_ms, rule,
             milestone, template, channel, audience, subscription_id, hash, merchant_to, subject,
             not_sent)
      on conflict (event_id, channel, subject, audience, coalesce(subscription_id::text, merchant_to, ''))
        where event_id is not null do nothing`,
    values: [
      nowMs,
      notifications.map((each) => each.id),
      notifications.map(({ event }) => event.tenant.merchantId),
      notifications.map(({ event }) => event.tenant.mode),
      notifications.map(({ event }) => event.subjectId),
      notifications.map(({ event }) => event.id),
      notifications.map(({ event }) => event.shard),
      notifications.map(({ event }) => event.position.toString()),
      notifications.map((each) => each.occurredAtMs),
      notifications.map((each) => each.rule),
      notifications.map((each) => each.milestone),
      notifications.map((each) => each.template),
      notifications.map((each) => each.channel),
      notifications.map((each) => each.audience),
      notifications.map((each) => each.subscriptionId),
      notifications.map((each) => each.addressHash ?? NO_ADDRESS_HASH),
      notifications.map((each) => each.merchantTo),
      notifications.map((each) => each.subject),
      notifications.map((each) => each.notSent),
    ],
  });
}

/**
 * A shipment whose waiting messages may be outdated, and the position of the event in its shard
 * that outdates them.
 */
export interface MovedOn {
  readonly shipmentId: string;
  readonly position: bigint;
}

/**
 * Makes waiting messages due now, such as those that wait for the morning: one that is no longer
 * true ends with its reason at once. A process that is deciding on such a message loses its lease,
 * because its decision may be based on the old state.
 *
 * @returns how many messages are to be decided.
 */
export async function makeWaitingDue(
  db: Queryable,
  moved: readonly MovedOn[],
  nowMs: number,
): Promise<number> {
  if (moved.length === 0) return 0;
  return queryCount(db, {
    name: 'make_waiting_notifications_due',
    text: `
      update notifications n
      set send_at = case when n.state = 'postponed'
                         then least(n.send_at, to_timestamp($1 / 1000.0)) else n.send_at end,
        lease = null, lease_until = null
      from unnest($2::uuid[], $3::bigint[]) as m(shipment_id, position)
      where n.shipment_id = m.shipment_id and n.position < m.position
        and n.state in ('queued', 'postponed') and (n.state = 'postponed' or n.lease is not null)`,
    values: [
      nowMs,
      moved.map(({ shipmentId }) => shipmentId),
      moved.map(({ position }) => position.toString()),
    ],
  });
}

/**
 * Erases the content of a deleted shipment's messages; only the fact that there were messages
 * stays.
 */
export async function forgetShipment(
  db: Queryable,
  shipmentId: string,
  nowMs: number,
): Promise<void> {
  await db.query(
    `update notifications set state = 'not_sent', reason = 'deleted', send_at = null,
       ended_at = to_timestamp($2 / 1000.0)
     where shipment_id = $1 and state in ('queued', 'postponed')`,
    [shipmentId, nowMs],
  );
  await db.query(
    `update notifications set written = null, data_key = null
     where shipment_id = $1 and written is not null`,
    [shipmentId],
  );
  await db.query('delete from notification_windows where shipment_id = $1', [shipmentId]);
}
