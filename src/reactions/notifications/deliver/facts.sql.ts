import type { ShipmentEvent } from '../../../events/event.ts';
import { readEntry } from '../../../events/read-entry.ts';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { queryRows } from '../../../platform/database/query-rows.ts';
import type { LogEntry } from '../../../platform/event-log/event-log.ts';
import { unpackData } from '../../../platform/event-log/packed-data.ts';
import type { Milestone } from '../contract.ts';
import type { DayMessage } from '../policy/day-notified.ts';
import type { Notified, Preference } from '../policy/decide.ts';
import { BY_CODE, type SubscriptionState } from '../subscribing/subscriptions.sql.ts';
import { oppositeOf } from '../triggers/milestones-of.ts';
import type { AttemptMade } from './attempts.sql.ts';
import type { Outgoing } from './outbox.sql.ts';

/** The facts about a message and its address, without the shipment and the rules. */
export interface Facts {
  /** The event; null: it is no longer in the log, or the message is a confirmation. */
  readonly event: ShipmentEvent | null;
  /** The subscription; null: it was deleted, or the message is not a subscriber's. */
  readonly subscription: SubscriptionNow | null;
  readonly preference: (Preference & { readonly id: string }) | null;
  readonly suppressed: boolean;
  readonly notified: Notified;
  readonly caseSince: 'opened' | 'resolved' | null;
  /** The attempts so far, latest first. */
  readonly attempts: readonly AttemptMade[];
}

interface SubscriptionNow {
  readonly state: SubscriptionState;
  /** The sealed address; null: the subscription has ended, and its address was deleted. */
  readonly sealedAddress: Uint8Array | null;
  readonly locale: string | null;
  readonly branded: boolean;
  /** Whether the subscription is confirmed by a code, not by a link. */
  readonly isByCode: boolean;
}

/** A message with the hash of its address, in hex; null: it has none. */
export interface FactsQuery {
  readonly outgoing: Outgoing;
  readonly addressHash: string | null;
}

interface FactsRow extends Omit<LogEntry, 'position' | 'tenant'>, Tenant {
  eventId: string | null;
  position: string | null;
  subscriptionState: SubscriptionState | null;
  subscriptionAddress: Buffer | null;
  subscriptionLocale: string | null;
  branded: boolean;
  isByCode: boolean;
  preferenceId: string | null;
  unsubscribedAtMs: number | null;
  muted: string[];
  preferredLocale: string | null;
  quietHours: Preference['quietHours'];
  suppressed: boolean;
  windowMs: number | null;
  lastSubject: string | null;
  lastPosition: string | null;
  caseSince: Facts['caseSince'];
  days: (Omit<DayMessage, 'position'> & { readonly position: string })[] | null;
  attempts: AttemptMade[] | null;
}

/** The milestones that name the expected day: the latest message of any of them counts. */
const DAY_MILESTONES: readonly Milestone[] = ['edd_changed', 'delay_predicted'];
/**
 * The maximum number of messages that are read, newest first. A date that changes for days has
 * more, but the newest decide.
 */
const DAYS_MAX = 50;

/** Loads the facts of all messages in one query, by the message's id. */
export async function factsOf(
  db: Queryable,
  queries: readonly FactsQuery[],
): Promise<ReadonlyMap<string, Facts>> {
  if (queries.length === 0) return new Map();
  const rows = await queryRows<FactsRow>(db, {
    name: 'message_facts',
    text: `
      select m.id, l.id as event_id, l.shard, l.position, l.merchant_id, l.mode, l.subject_id,
        l.sequence, l.type, l.occurred_at, l.recorded_at, l.data, l.previous_attributes,
        s.state as subscription_state, s.address as subscription_address,
        s.locale as subscription_locale, s.branded,
        m.subject = '${BY_CODE}' as is_by_code,
        p.id as preference_id, p.unsubscribed_at, p.muted, p.locale as preferred_locale,
        p.quiet_hours, x.channel is not null as suppressed,
        (extract(epoch from w.published_until) * 1000)::float8 as window_ms,
        pair.subject as last_subject, pair.position as last_position, c.case_since, d.days,
        t.attempts
      from (select id, merchant_id, mode, shipment_id, channel, audience, subscription_id,
                   merchant_to, shard, position, subject, opposite, decode(hash, 'hex') as hash
            from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[],
                        $7::uuid[], $8::text[], $9::smallint[], $10::bigint[], $11::text[],
                        $12::text[], $13::text[])
              as m(id, merchant_id, mode, shipment_id, channel, audience, subscription_id,
                   merchant_to, shard, position, subject, opposite, hash)) as m
      left join event_log l on l.shard = m.shard and l.position = m.position
      left join subscriptions s on s.id = m.subscription_id
      left join recipient_preferences p on p.merchant_id = m.merchant_id and p.mode = m.mode
        and p.channel = m.channel and p.address_hash = m.hash
      left join suppressed_addresses x on x.merchant_id = m.merchant_id and x.mode = m.mode
        and x.channel = m.channel and x.address_hash = m.hash
      left join notification_windows w on w.shipment_id = m.shipment_id and w.subject = m.subject
        and w.channel = m.channel and w.address_hash = m.hash and w.notification_id <> m.id
      left join lateral (
        select n.subject, n.position from notifications n
        where n.shipment_id = m.shipment_id and n.channel = m.channel and n.address_hash = m.hash
          and m.opposite is not null and n.subject in (m.subject, m.opposite) and n.id <> m.id
          and n.position is not null
          and (n.state in ('sending', 'sent', 'delivered', 'complained', 'unknown')
               or exists (select from notification_attempts a where a.notification_id = n.id
                            and (a.outcome is null or a.outcome = 'unknown')))
        order by n.position desc limit 1) as pair on true
      left join lateral (
        select case later.type when 'shipment.exception_resolved' then 'resolved' else 'opened' end
                 as case_since
        from event_log later
        where l.type in ('shipment.exception_opened', 'shipment.exception_updated',
                         'shipment.exception_resolved')
          and later.subject_id = l.subject_id and later.sequence > l.sequence
          and later.type in ('shipment.exception_opened', 'shipment.exception_resolved')
          and later.data->'case'->>'id' = l.data->'case'->>'id'
        order by later.sequence desc limit 1) as c on true
      left join lateral (
        select json_agg(json_build_object('ofMove', o.type = 'shipment.edd_changed', 'day', o.day,
                 'position', o.position::text, 'recordedAtMs', o.recorded_ms, 'waits', o.waits)) as days
        from (
          select e.type, n.position, n.state in ('queued', 'postponed') as waits,
                 (extract(epoch from e.recorded_at) * 1000)::float8 as recorded_ms,
                 left(e.data->'estimated_delivery'->>'date', 10) as day
          from notifications n
          join event_log e on e.shard = n.shard and e.position = n.position
          where l.type = 'shipment.edd_changed' and n.shipment_id = m.shipment_id
            and n.channel = m.channel and n.milestone = any($14::text[]) and n.id <> m.id
            and n.state in ('queued', 'postponed', 'sending', 'sent', 'delivered', 'complained',
                            'unknown')
            and (n.address_hash = m.hash
                 or (n.state in ('queued', 'postponed') and n.audience = m.audience
                     and n.subscription_id is not distinct from m.subscription_id
                     and n.merchant_to is not distinct from m.merchant_to))
          order by n.position desc limit $15) as o) as d on true
      left join lateral (
        select json_agg(json_build_object('nr', a.nr, 'account', coalesce(a.account, a.provider),
                 'outcome', a.outcome) order by a.nr desc) as attempts
        from notification_attempts a where a.notification_id = m.id) as t on true`,
    values: [...toColumns(queries), DAY_MILESTONES, DAYS_MAX],
  });
  return new Map(rows.map((row) => [row.id, toFacts(row)]));
}

function toColumns(queries: readonly FactsQuery[]): unknown[][] {
  const column = <T>(value: (outgoing: Outgoing) => T): T[] =>
    queries.map(({ outgoing }) => value(outgoing));
  return [
    column(({ id }) => id),
    column(({ tenant }) => tenant.merchantId),
    column(({ tenant }) => tenant.mode),
    column(({ shipmentId }) => shipmentId),
    column(({ channel }) => channel),
    column(({ audience }) => audience),
    column(({ subscriptionId }) => subscriptionId),
    column(({ merchantTo }) => merchantTo),
    column(({ entry }) => entry?.shard ?? null),
    column(({ entry }) => entry?.position.toString() ?? null),
    column(({ subject }) => subject),
    column(({ subject }) => oppositeOf(subject)),
    queries.map(({ addressHash }) => addressHash),
  ];
}

function toFacts(row: FactsRow): Facts {
  const { subscriptionState: state, lastSubject: subject, lastPosition: position } = row;
  return {
    event: toEvent(row),
    subscription: state && {
      state,
      sealedAddress: row.subscriptionAddress,
      locale: row.subscriptionLocale,
      branded: row.branded,
      isByCode: row.isByCode,
    },
    preference:
      row.preferenceId === null
        ? null
        : {
            id: row.preferenceId,
            unsubscribed: row.unsubscribedAtMs !== null,
            muted: row.muted,
            locale: row.preferredLocale,
            quietHours: row.quietHours,
          },
    suppressed: row.suppressed,
    notified: {
      window: row.windowMs === null ? null : { untilMs: row.windowMs },
      last: subject === null || position === null ? null : { subject, position: BigInt(position) },
      days: (row.days ?? []).map((day) => ({ ...day, position: BigInt(day.position) })),
    },
    caseSince: row.caseSince,
    attempts: row.attempts ?? [],
  };
}

/**
 * Returns the shipment event of the row; null: it is no longer in the log, or the message has none.
 */
function toEvent({ eventId: id, position, ...row }: FactsRow): ShipmentEvent | null {
  if (id === null || position === null) return null;
  const tenant = { merchantId: row.merchantId, mode: row.mode };
  const data = unpackData(row.data);
  const event = readEntry({ ...row, data, id, tenant, position: BigInt(position) });
  return event.about === 'shipment' ? event : null;
}
