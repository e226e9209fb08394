import type { Tenant } from '../../../kernel/tenant.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { NO_ADDRESS_HASH } from '../people/addresses.ts';
import { type Decision, type Told, type ToldOf, toldKey } from '../policy/decide.ts';

/** What was told of shipments, by shipment. */
export async function toldOf(
  db: Queryable,
  shipmentIds: readonly string[],
): Promise<ReadonlyMap<string, ToldOf>> {
  const { rows } = await db.query<{
    shipment_id: string;
    subject: string;
    channel: Decision['channel'];
    hash: string;
    until_ms: number;
    position: string;
    day: string | null;
    at_ms: number | null;
  }>({
    name: 'notification_windows',
    text: `select w.shipment_id, w.subject, w.channel, encode(w.address_hash, 'hex') as hash,
                  extract(epoch from w.told_until)::float8 * 1000 as until_ms, w.position,
                  left(l.data->'estimated_delivery'->>'date', 10) as day,
                  extract(epoch from l.recorded_at)::float8 * 1000 as at_ms
           from notification_windows w
           left join notifications n
             on n.id = w.notification_id and w.subject in ('edd_changed', 'delay_predicted')
           left join event_log l on l.shard = n.shard and l.position = n.position
           where w.shipment_id = any($1::uuid[])`,
    values: [shipmentIds],
  });
  const told = new Map<string, Map<string, Told>>();
  for (const { shipment_id, subject, channel, hash, day, ...row } of rows) {
    const of = told.get(shipment_id) ?? new Map<string, Told>();
    told.set(shipment_id, of);
    of.set(toldKey(subject, channel, hash), {
      ...{ untilMs: row.until_ms, position: BigInt(row.position), day },
      atMs: row.at_ms,
    });
  }
  return told;
}

/** A decision with the entry of the log that it is about. */
export interface Decided extends Decision {
  readonly id: string;
  readonly tenant: Tenant;
  readonly shipmentId: string;
  readonly eventId: string;
  readonly shard: number;
  readonly position: bigint;
  readonly recordedAtMs: number;
}

/**
 * Writes decisions in their order and takes their windows, in the caller's transaction. An entry that
 * is heard again finds its decisions made; a window that another process took meanwhile makes
 * duplicates of what was to be sent. @returns how many are to be sent.
 */
export async function insertDecisions(
  db: Queryable,
  decisions: readonly Decided[],
  nowMs: number,
): Promise<number> {
  if (decisions.length === 0) return 0;
  const { rows } = await db.query<{ id: string }>({
    name: 'insert_decisions',
    text: `
      insert into notifications (id, merchant_id, mode, shipment_id, event_id, shard, position,
        occurred_at, rule, milestone, template, channel, audience, subscription_id, address_hash,
        merchant_to, locale, subject, state, reason, created_at, send_at, stale_at, ended_at)
      select d.id, d.merchant_id, d.mode, d.shipment_id, d.event_id, d.shard, d.position,
        to_timestamp(d.occurred_ms / 1000.0), d.rule, d.milestone, d.template, d.channel,
        d.audience, d.subscription_id, decode(d.hash, 'hex'), d.merchant_to, d.locale, d.subject,
        d.state, d.reason, to_timestamp($1 / 1000.0), to_timestamp(d.send_ms / 1000.0),
        to_timestamp(d.stale_ms / 1000.0),
        case when d.state = 'not_sent' then to_timestamp($1 / 1000.0) end
      from unnest($2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::smallint[],
                  $8::bigint[], $9::float8[], $10::text[], $11::text[], $12::text[], $13::text[],
                  $14::text[], $15::uuid[], $16::text[], $17::text[], $18::text[], $19::text[],
                  $20::text[], $21::text[], $22::float8[], $23::float8[])
        as d(id, merchant_id, mode, shipment_id, event_id, shard, position, occurred_ms, rule,
             milestone, template, channel, audience, subscription_id, hash, merchant_to, locale,
             subject, state, reason, send_ms, stale_ms)
      on conflict (event_id, channel, subject, audience, address_hash) where event_id is not null
        do nothing
      returning id`,
    values: [
      nowMs,
      decisions.map((d) => d.id),
      decisions.map((d) => d.tenant.merchantId),
      decisions.map((d) => d.tenant.mode),
      decisions.map((d) => d.shipmentId),
      decisions.map((d) => d.eventId),
      decisions.map((d) => d.shard),
      decisions.map((d) => d.position.toString()),
      decisions.map((d) => d.occurredAtMs),
      decisions.map((d) => d.rule),
      decisions.map((d) => d.milestone),
      decisions.map((d) => d.template),
      decisions.map((d) => d.channel),
      decisions.map((d) => d.audience),
      decisions.map((d) => d.subscriptionId),
      decisions.map(hashOf),
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
  const windows = new Map<string, Decided[]>();
  for (const each of toSend) {
    const key = windowKey(each.shipmentId, each.subject, each.channel, hashOf(each));
    const of = windows.get(key);
    if (of === undefined) windows.set(key, [each]);
    else of.push(each);
  }
  const taken = await takeWindows(db, [...windows.values()]);
  const late = [...windows].flatMap(([key, all]) => (taken.has(key) ? [] : all));
  await markDuplicates(
    db,
    late.map(({ id }) => id),
    nowMs,
  );
  return toSend.length - late.length;
}

/**
 * Each window once, for all decisions that want it, in their order: the first has to find it free or
 * taken back, the last holds it. @returns keys of those that were taken.
 */
async function takeWindows(
  db: Queryable,
  wanted: readonly (readonly Decided[])[],
): Promise<ReadonlySet<string>> {
  const pairs = wanted.flatMap((all) => {
    const [first, last] = [all[0], all.at(-1)];
    return first === undefined || last === undefined ? [] : [{ first, last }];
  });
  if (pairs.length === 0) return new Set();
  const { rows } = await db.query<{
    shipment_id: string;
    subject: string;
    channel: Decision['channel'];
    hash: string;
  }>({
    name: 'take_notification_windows',
    text: `
      with d as (
        select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                             $7::timestamptz[], $8::uuid[], $9::bigint[], $10::float8[],
                             $11::bigint[])
          as d(merchant_id, mode, shipment_id, subject, channel, hash, until, id, position,
               first_recorded_ms, first_retracted_at))
      insert into notification_windows as w (merchant_id, mode, shipment_id, subject, channel,
        address_hash, told_until, notification_id, position)
      select merchant_id, mode, shipment_id, subject, channel, decode(hash, 'hex'), until, id,
        position from d
      on conflict (shipment_id, subject, channel, address_hash) do update
        set told_until = excluded.told_until, notification_id = excluded.notification_id,
            position = excluded.position
        where exists (
          select from d where d.id = excluded.notification_id
            and (w.told_until <= to_timestamp(d.first_recorded_ms / 1000.0)
                 or w.position < d.first_retracted_at))
      returning w.shipment_id, w.subject, w.channel, encode(w.address_hash, 'hex') as hash`,
    values: [
      pairs.map(({ last }) => last.tenant.merchantId),
      pairs.map(({ last }) => last.tenant.mode),
      pairs.map(({ last }) => last.shipmentId),
      pairs.map(({ last }) => last.subject),
      pairs.map(({ last }) => last.channel),
      pairs.map(({ last }) => hashOf(last)),
      pairs.map(({ last }) =>
        Number.isFinite(last.toldUntilMs) ? new Date(last.toldUntilMs).toISOString() : 'infinity',
      ),
      pairs.map(({ last }) => last.id),
      pairs.map(({ last }) => last.position.toString()),
      pairs.map(({ first }) => first.recordedAtMs),
      pairs.map(({ first }) => first.retractedAt?.toString() ?? null),
    ],
  });
  return new Set(
    rows.map(({ shipment_id, subject, channel, hash }) =>
      windowKey(shipment_id, subject, channel, hash),
    ),
  );
}

function windowKey(
  shipmentId: string,
  subject: string,
  channel: Decision['channel'],
  hash: string,
): string {
  return `${shipmentId} ${toldKey(subject, channel, hash)}`;
}

function hashOf({ addressHash }: Decision): string {
  return addressHash ?? NO_ADDRESS_HASH;
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
  return verdict.kind === 'postpone' ? verdict.why : null;
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
