import type { Tenant } from '../../kernel/tenant.ts';
import type { Queryable } from '../../platform/database.ts';
import { NO_ADDRESS_HASH } from './addresses.ts';
import { type Decision, toldKey } from './decide.ts';

/** What was told of a shipment and until when it is not told again, by `toldKey`. */
export async function toldOf(db: Queryable, shipmentId: string): Promise<Map<string, number>> {
  const { rows } = await db.query<{
    subject: string;
    channel: Decision['channel'];
    hash: string;
    until_ms: number;
  }>({
    name: 'notification_windows',
    text: `select subject, channel, encode(address_hash, 'hex') as hash,
                  extract(epoch from told_until)::float8 * 1000 as until_ms
           from notification_windows where shipment_id = $1`,
    values: [shipmentId],
  });
  return new Map(
    rows.map(({ subject, channel, hash, until_ms }) => [toldKey(subject, channel, hash), until_ms]),
  );
}

/** The entry of the log that decisions are about. */
export interface AboutEntry {
  readonly tenant: Tenant;
  readonly shipmentId: string;
  readonly eventId: string;
  readonly shard: number;
  readonly position: bigint;
  readonly recordedAtMs: number;
}

/**
 * Writes decisions and takes their windows, in the caller's transaction. An entry that is heard
 * again finds its decisions made; a window that another decision took meanwhile makes a duplicate
 * of what was to be sent. @returns how many are to be sent.
 */
export async function insertDecisions(
  db: Queryable,
  entry: AboutEntry,
  decisions: readonly (Decision & { readonly id: string })[],
  nowMs: number,
): Promise<number> {
  if (decisions.length === 0) return 0;
  const { merchantId, mode } = entry.tenant;
  const { rows } = await db.query<{ id: string }>({
    name: 'insert_decisions',
    text: `
      insert into notifications (id, merchant_id, mode, shipment_id, event_id, shard, position,
        occurred_at, rule, milestone, template, channel, audience, subscription_id, address_hash,
        merchant_to, locale, subject, state, reason, created_at, send_at, stale_at, ended_at)
      select d.id, $1, $2, $3, $4, $5, $6::bigint, to_timestamp(d.occurred_ms / 1000.0), d.rule,
        d.milestone, d.template, d.channel, d.audience, d.subscription_id, decode(d.hash, 'hex'),
        d.merchant_to, d.locale, d.subject, d.state, d.reason, to_timestamp($7 / 1000.0),
        to_timestamp(d.send_ms / 1000.0), to_timestamp(d.stale_ms / 1000.0),
        case when d.state = 'not_sent' then to_timestamp($7 / 1000.0) end
      from unnest($8::uuid[], $9::float8[], $10::text[], $11::text[], $12::text[], $13::text[],
                  $14::text[], $15::uuid[], $16::text[], $17::text[], $18::text[], $19::text[],
                  $20::text[], $21::text[], $22::float8[], $23::float8[])
        as d(id, occurred_ms, rule, milestone, template, channel, audience, subscription_id, hash,
             merchant_to, locale, subject, state, reason, send_ms, stale_ms)
      on conflict (event_id, channel, subject, audience, address_hash) where event_id is not null
        do nothing
      returning id`,
    values: [
      merchantId,
      mode,
      entry.shipmentId,
      entry.eventId,
      entry.shard,
      entry.position.toString(),
      nowMs,
      decisions.map((d) => d.id),
      decisions.map((d) => d.occurredAtMs),
      decisions.map((d) => d.rule),
      decisions.map((d) => d.milestone),
      decisions.map((d) => d.template),
      decisions.map((d) => d.channel),
      decisions.map((d) => d.audience),
      decisions.map((d) => d.subscriptionId),
      decisions.map((d) => d.addressHash ?? NO_ADDRESS_HASH),
      decisions.map((d) => d.merchantTo),
      decisions.map((d) => d.locale),
      decisions.map((d) => d.subject),
      decisions.map((d) => stateOf(d)),
      decisions.map((d) => reasonOf(d)),
      decisions.map((d) => sendAtMs(d, nowMs)),
      decisions.map((d) => d.staleAtMs),
    ],
  });
  const inserted = new Set(rows.map(({ id }) => id));
  const toSend = decisions.filter(
    ({ id, verdict }) => inserted.has(id) && verdict.kind !== 'not_sent',
  );
  const taken = await takeWindows(db, entry, toSend);
  await markDuplicates(
    db,
    toSend.map(({ id }) => id).filter((id) => !taken.has(id)),
    nowMs,
  );
  return taken.size;
}

async function takeWindows(
  db: Queryable,
  { tenant, shipmentId, recordedAtMs }: AboutEntry,
  decisions: readonly (Decision & { readonly id: string })[],
): Promise<ReadonlySet<string>> {
  if (decisions.length === 0) return new Set();
  const { rows } = await db.query<{ notification_id: string }>({
    name: 'take_notification_windows',
    text: `
      insert into notification_windows as w (merchant_id, mode, shipment_id, subject, channel,
        address_hash, told_until, notification_id)
      select $1, $2, $3, d.subject, d.channel, decode(d.hash, 'hex'), d.until, d.id
      from unnest($5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::uuid[])
        as d(subject, channel, hash, until, id)
      on conflict (shipment_id, subject, channel, address_hash) do update
        set told_until = excluded.told_until, notification_id = excluded.notification_id
        where w.told_until <= to_timestamp($4 / 1000.0)
      returning w.notification_id`,
    values: [
      tenant.merchantId,
      tenant.mode,
      shipmentId,
      recordedAtMs,
      decisions.map((d) => d.subject),
      decisions.map((d) => d.channel),
      decisions.map((d) => d.addressHash ?? NO_ADDRESS_HASH),
      decisions.map((d) =>
        Number.isFinite(d.toldUntilMs) ? new Date(d.toldUntilMs).toISOString() : 'infinity',
      ),
      decisions.map((d) => d.id),
    ],
  });
  return new Set(rows.map(({ notification_id: id }) => id));
}

async function markDuplicates(db: Queryable, ids: readonly string[], nowMs: number): Promise<void> {
  if (ids.length === 0) return;
  await db.query(
    `update notifications set state = 'not_sent', reason = 'duplicate', send_at = null,
       ended_at = to_timestamp($2 / 1000.0)
     where id = any($1::uuid[])`,
    [ids, nowMs],
  );
}

function stateOf({ verdict }: Decision): string {
  return verdict.kind === 'send'
    ? 'queued'
    : verdict.kind === 'postpone'
      ? 'postponed'
      : 'not_sent';
}

function reasonOf({ verdict }: Decision): string | null {
  if (verdict.kind === 'not_sent') return verdict.reason;
  return verdict.kind === 'postpone' ? 'quiet_hours' : null;
}

function sendAtMs({ verdict }: Decision, nowMs: number): number | null {
  if (verdict.kind === 'not_sent') return null;
  return verdict.kind === 'postpone' ? verdict.untilMs : nowMs;
}

/** What is left of a shipment that was deleted: that something was told, and nothing of it. */
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
  await db.query('delete from notification_windows where shipment_id = $1', [shipmentId]);
}
