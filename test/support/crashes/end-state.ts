import type { Tenant } from '../../../src/kernel/tenant.ts';
import { explainShipment, viewShipment } from '../../../src/tracking/ports/shipments.ts';
import { wholeBody } from '../../../src/tracking/public/short-body.ts';
import { ALL_OBSERVATIONS } from '../../../src/tracking/test-observations.ts';
import type { TestTracking } from '../../../src/tracking/test-tracking.ts';
import type { Outside } from './outside.ts';

/** The identity of a run, for comparing end states. */
export interface Played {
  readonly tenant: Tenant;
  readonly shipmentId: string;
  readonly number: string;
  readonly startMs: number;
}

/**
 * An unanswered party repeats its message, and a crashed poller repeats its request: how often is
 * no part of the end state.
 */
const REPEATED = new Set([
  'call_ledger',
  'notification_attempts',
  'observations',
  'webhook_attempts',
]);

/** Everything that must be the same with or without a crash, without ids and times. */
export async function endState(
  hub: TestTracking,
  outside: Outside,
  played: Played,
): Promise<Readonly<Record<string, unknown>>> {
  const { tenant, shipmentId, number } = played;
  const { owner, pipeline } = hub.db;
  const view = await viewShipment(hub.deps, tenant, shipmentId);
  const explained = await explainShipment(hub.deps, tenant, shipmentId);
  const rows = async (sql: string) => (await pipeline.query(sql, [shipmentId])).rows;
  const target = await rows(
    `select sequence, status, sub_status, confirmed, known, misses, failures, ended_at is not null as ended,
            lease_until is null as free
     from poll_targets where shipment_id = $1`,
  );
  const track = await pipeline.query<{ body: Buffer }>(
    'select body from public_tracks where tracking_number = $1',
    [number],
  );
  const state = {
    shipment: { ...view?.shipment, sealedPersonal: null, shard: null },
    personal: view?.personal,
    timeline: view?.events,
    facts: explained?.explanation.facts.map((fact) => ({ ...fact, observations: null })),
    sources: await rows(
      `select distinct f.code, s.source from ${ALL_OBSERVATIONS} s
       join facts f using (shipment_id, identity) where shipment_id = $1
       order by 1, 2`,
    ),
    log: await rows(
      `select type, sequence, data, previous_attributes from event_log where subject_id = $1
       order by sequence`,
    ),
    track: track.rows.map(({ body }) => JSON.parse(wholeBody(body.toString('utf8')))),
    cases: await rows(
      'select kind, state, reason, trigger, attempts from exception_cases where shipment_id = $1 order by kind',
    ),
    target,
    webhooks: outside.webhooksOf(shipmentId),
    kafka: outside.recordsOf(shipmentId),
    messages: await messagesOf(hub, outside, shipmentId),
    counts: await countsOf(owner, tenant),
  };
  return JSON.parse(neutral(JSON.stringify(state), played));
}

/**
 * A mail whose delivery is uncertain is sent again with the same id; an SMS is not, and is
 * recorded as possibly lost.
 */
async function messagesOf(hub: TestTracking, outside: Outside, shipmentId: string) {
  const { rows } = await hub.db.pipeline.query<{
    id: string;
    milestone: string;
    channel: string;
    state: string;
  }>(
    `select id, milestone, channel, state from notifications where shipment_id = $1
     order by milestone, channel`,
    [shipmentId],
  );
  return rows.map(({ id, milestone, channel, state }) => {
    const times = outside.timesSent(id);
    const isNotified = state === 'sent' && (channel === 'email' ? times >= 1 : times === 1);
    const mayBeLost = channel === 'sms' && state === 'unknown' && times <= 1;
    return `${milestone} ${channel}: ${isNotified || mayBeLost ? 'settled' : `${state}, ${times} times`}`;
  });
}

/** The merchant's rows in each non-empty table. */
async function countsOf(owner: TestTracking['db']['owner'], { merchantId }: Tenant) {
  const { rows: tables } = await owner.query<{ name: string }>(
    `select c.table_name as name from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and c.column_name = 'merchant_id'
       and t.table_type = 'BASE TABLE' and c.data_type = 'uuid'
     order by 1`,
  );
  const counted = tables.filter(({ name }) => !REPEATED.has(name));
  const { rows } = await owner.query<{ name: string; count: number }>(
    counted
      .map(
        ({ name }) =>
          `select '${name}' as name, count(*)::int as count from ${name} where merchant_id = $1`,
      )
      .join(' union all '),
    [merchantId],
  );
  return Object.fromEntries(rows.filter(({ count }) => count > 0).map((r) => [r.name, r.count]));
}

const ID = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/g;
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?/g;
const MS = /\b\d{13}\b/g;

/**
 * Replaces ids by their order, times before the start by their distance from it, and all later
 * ones by one text.
 */
function neutral(text: string, { number, startMs }: Played): string {
  const ids = new Map<string, number>();
  const at = (ms: number) => (ms >= startMs ? 'later' : `${(startMs - ms) / 1_000} s before`);
  return text
    .replaceAll(number, 'NUMBER')
    .replace(ID, (id) => {
      ids.set(id, ids.get(id) ?? ids.size + 1);
      return `#${ids.get(id)}`;
    })
    .replace(INSTANT, (instant) =>
      at(Date.parse(/Z|[+-]\d\d:\d\d$/.test(instant) ? instant : `${instant}Z`)),
    )
    .replace(MS, (ms) => JSON.stringify(at(Number(ms))));
}
