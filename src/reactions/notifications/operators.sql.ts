import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import type { Audience, ChannelKind, NotificationState, TemplateName } from './contract.ts';

/** A message of any merchant as operators see it: with the audience, never with the address. */
export interface OperatorsNotification {
  readonly id: string;
  /** The merchant's slug. */
  readonly merchant: string;
  readonly mode: Tenant['mode'];
  readonly shipmentId: string;
  readonly milestone: TemplateName;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly state: NotificationState;
  /** The reason as it is stored, without addresses. */
  readonly reason: string | null;
  readonly provider: string | null;
  readonly attempts: number;
  readonly createdAtMs: number;
  /** When a waiting message is due; null: no longer waiting. */
  readonly sendAtMs: number | null;
  readonly endedAtMs: number | null;
}

/** The unsettled and failed states. There should be few messages in each, which an index finds. */
const UNSETTLED = ['queued', 'postponed', 'sending', 'dead', 'failed', 'unknown'] as const;
type Unsettled = (typeof UNSETTLED)[number];

const isUnsettled = (state: NotificationState): state is Unsettled =>
  UNSETTLED.some((each) => each === state);

/** Lists messages of all merchants, newest first. For the role that sees every tenant. */
export async function everybodysNotifications(
  db: Queryable,
  page: {
    /** Any of these; null: every state. */
    readonly states: readonly NotificationState[] | null;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<readonly OperatorsNotification[]> {
  return queryRows<OperatorsNotification>(
    db,
    `select n.id, m.slug as merchant, n.mode, n.shipment_id, n.milestone, n.channel, n.audience,
       n.state, n.reason, n.provider, n.attempts, n.created_at, n.send_at, n.ended_at
     from (${newestIn(page.states)}) n join merchants m on m.id = n.merchant_id
     order by n.id desc limit $2`,
    [page.before, page.limit],
  );
}

/**
 * States are literals, and each state of which there are few is read by itself: only then is its
 * partial index used. Reading the table from its newest row would find their last row too late.
 */
function newestIn(states: readonly NotificationState[] | null): string {
  const newest = (where: string) =>
    `(select * from notifications where ($1::uuid is null or id < $1) ${where}
      order by id desc limit $2)`;
  if (states === null) return newest('');
  if (states.every(isUnsettled)) {
    return states.map((state) => newest(`and state = '${state}'`)).join(' union all ');
  }
  return newest(`and state in (${states.map((state) => `'${state}'`).join(', ')})`);
}

/** The tenant of a message; null when there is no message with that id. */
export async function tenantOfNotification(db: Queryable, id: string): Promise<Tenant | null> {
  return queryRow<Tenant>(db, 'select merchant_id, mode from notifications where id = $1', [id]);
}

/** The maximum that is counted: counting more would take too long for its use. */
const COUNTED_MAX = 10_000;

/** The number of messages in each state that is not a good end, counted up to ten thousand. */
export async function unsettledNotifications(
  db: Queryable,
): Promise<Readonly<Record<Unsettled, number>>> {
  const counts = UNSETTLED.map(
    (state) => `(select count(*)::int from (
       select from notifications where state = '${state}' limit ${COUNTED_MAX}) as s) as ${state}`,
  );
  const rows = await queryRows<Record<Unsettled, number>>(db, `select ${counts.join(', ')}`);
  // A select without a table has one row.
  return rows[0] as (typeof rows)[number];
}

/** A provider of a channel, with the results of its recent messages. */
interface ChannelTrouble {
  readonly channel: ChannelKind;
  readonly provider: string;
  readonly sent: number;
  /** The number of messages that failed, were refused, or wait for another try. */
  readonly troubled: number;
}

/**
 * A provider is in trouble when at least this share of its messages is unsent. With less, a single
 * bad address could be the cause.
 */
const TROUBLED_SHARE = 0.1;

/**
 * Providers with too many unsent messages among those created since `sinceMs` and tried at least
 * once, most unsent first.
 */
export async function channelsInTrouble(
  db: Queryable,
  sinceMs: number,
): Promise<readonly ChannelTrouble[]> {
  return queryRows<ChannelTrouble>(
    db,
    `select * from (
       select channel, provider,
         count(*) filter (where state in ('sent', 'delivered', 'bounced', 'complained'))::int as sent,
         count(*) filter (where state in ('dead', 'failed', 'queued', 'postponed'))::int as troubled
       from notifications
       where created_at > to_timestamp($1 / 1000.0) and provider is not null and attempts > 0
       group by channel, provider) as c
     where troubled > 0 and troubled >= $2::float8 * (sent + troubled)
     order by troubled desc, channel, provider`,
    [sinceMs, TROUBLED_SHARE],
  );
}
