import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { queryRow, queryRows } from '../../platform/database/query-rows.ts';
import type { Audience, ChannelKind, NotificationState, TemplateName } from './contract.ts';

/** A message of any merchant as operators see it: the kind of recipient, never the address. */
export interface OperatorsNotification {
  readonly id: string;
  /** Its slug. */
  readonly merchant: string;
  readonly mode: Tenant['mode'];
  readonly shipmentId: string;
  readonly milestone: TemplateName;
  readonly channel: ChannelKind;
  readonly audience: Audience;
  readonly state: NotificationState;
  /** Without addresses, as it is stored. */
  readonly reason: string | null;
  readonly provider: string | null;
  readonly attempts: number;
  readonly createdAtMs: number;
  readonly endedAtMs: number | null;
}

/** Newest first. For the role that sees every tenant. */
export async function everybodysNotifications(
  db: Queryable,
  page: {
    readonly state: NotificationState | null;
    readonly before: string | null;
    readonly limit: number;
  },
): Promise<readonly OperatorsNotification[]> {
  // A state of its own in the text: only so an index of some states serves it.
  const state = page.state === null ? '' : `and n.state = '${page.state}'`;
  return queryRows<OperatorsNotification>(
    db,
    `select n.id, m.slug as merchant, n.mode, n.shipment_id, n.milestone, n.channel, n.audience,
       n.state, n.reason, n.provider, n.attempts, n.created_at, n.ended_at
     from notifications n join merchants m on m.id = n.merchant_id
     where ($1::uuid is null or n.id < $1) ${state}
     order by n.id desc limit $2`,
    [page.before, page.limit],
  );
}

/** Whose a message is; null when there is none of that id. */
export async function tenantOfNotification(db: Queryable, id: string): Promise<Tenant | null> {
  return queryRow<Tenant>(db, 'select merchant_id, mode from notifications where id = $1', [id]);
}

/** Counting more would take longer than it tells. */
const COUNTED_MAX = 10_000;

/** States of which there should be few, each found by an index. */
const STANDING = ['queued', 'postponed', 'sending', 'dead', 'failed', 'unknown'] as const;

/** How many messages there are of each state that is none of the good ends; up to ten thousand. */
export async function unsettledNotifications(
  db: Queryable,
): Promise<Readonly<Record<(typeof STANDING)[number], number>>> {
  const counts = STANDING.map(
    (state) => `(select count(*)::int from (
       select from notifications where state = '${state}' limit ${COUNTED_MAX}) as s) as ${state}`,
  );
  const rows = await queryRows<Record<(typeof STANDING)[number], number>>(
    db,
    `select ${counts.join(', ')}`,
  );
  // A select without a table has one row.
  return rows[0] as (typeof rows)[number];
}

/** A channel and what became of its messages lately. */
interface ChannelTrouble {
  readonly channel: ChannelKind;
  readonly provider: string;
  readonly sent: number;
  /** Given up, refused, or waiting for another try. */
  readonly troubled: number;
}

/** One of ten that does not go out is no single bad address any more. */
const TROUBLED_SHARE = 0.1;

/** Providers by which too much did not go out since then, worst first. */
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
