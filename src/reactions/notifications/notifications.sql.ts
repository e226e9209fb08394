import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import type { Audience, ChannelKind, NotificationState, TemplateName } from './contract.ts';

/** A decision as its merchant sees it: with the audience, never with the address. */
export interface Notification {
  readonly id: string;
  readonly shipmentId: string;
  readonly eventId: string | null;
  readonly rule: string | null;
  readonly milestone: TemplateName;
  readonly template: TemplateName;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly subscriptionId: string | null;
  readonly locale: string | null;
  readonly state: NotificationState;
  readonly reason: string | null;
  readonly occurredAtMs: number;
  readonly createdAtMs: number;
  readonly sendAtMs: number | null;
  readonly sentAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly attempts: number;
  readonly provider: string | null;
}

export interface Attempt {
  readonly nr: number;
  readonly provider: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly outcome: string | null;
  readonly reason: string | null;
}

export interface NotificationFilter {
  readonly shipmentId: string | null;
  readonly state: string | null;
  readonly reason: string | null;
  readonly milestone: string | null;
  readonly channel: string | null;
  readonly audience: string | null;
}

const COLUMNS = `id, shipment_id, event_id, rule, milestone, template, channel, audience,
  subscription_id, locale, state, reason, occurred_at, created_at, send_at, sent_at, ended_at,
  attempts, provider`;

/** Lists the notifications of the current tenant, newest first. */
export async function listNotifications(
  db: Queryable,
  filter: NotificationFilter,
  before: string | null,
  limit: number,
): Promise<Notification[]> {
  return queryRows<Notification>(db, {
    name: 'list_notifications',
    text: `select ${COLUMNS} from notifications
           where ($1::uuid is null or shipment_id = $1) and ($2::text is null or state = $2)
             and ($3::text is null or reason = $3) and ($4::text is null or milestone = $4)
             and ($5::text is null or channel = $5) and ($6::text is null or audience = $6)
             and ($7::uuid is null or id < $7)
           order by id desc limit $8`,
    values: [
      filter.shipmentId,
      filter.state,
      filter.reason,
      filter.milestone,
      filter.channel,
      filter.audience,
      before,
      limit,
    ],
  });
}

export async function notificationById(db: Queryable, id: string): Promise<Notification | null> {
  return queryRow<Notification>(db, `select ${COLUMNS} from notifications where id = $1`, [id]);
}

export async function attemptsOf(db: Queryable, id: string): Promise<Attempt[]> {
  return queryRows<Attempt>(
    db,
    `select nr, provider, started_at, ended_at, outcome, reason from notification_attempts
     where notification_id = $1 order by nr`,
    [id],
  );
}

/**
 * Queues a dead letter again, with as many attempts as at first; earlier attempts stay recorded,
 * but do not count. A confirmation is never queued again: how often an address is asked is limited
 * when somebody requests one, and a retry would bypass that limit.
 *
 * @returns false when nothing is queued.
 */
export async function reviveDead(db: Queryable, id: string, nowMs: number): Promise<boolean> {
  const { rowCount } = await db.query(
    `update notifications set state = 'queued', attempts_before = attempts, ended_at = null,
       send_at = to_timestamp($2 / 1000.0)
     where id = $1 and state in ('dead', 'failed') and template <> $3`,
    [id, nowMs, CONFIRMATION],
  );
  return (rowCount ?? 0) > 0;
}

/** The message that asks an address to opt in. */
export const CONFIRMATION: TemplateName = 'confirm_subscription';
