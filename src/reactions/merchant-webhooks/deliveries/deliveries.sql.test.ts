import type { QueryConfig } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Queryable, withTenant } from '../../../platform/database/database.ts';
import { createEndpoint } from '../endpoints/endpoints.ts';
import { startTestWebhooks, type TestWebhooks } from '../test-webhooks.ts';
import { visibleDeliveries, visibleReplayable } from './deliveries.sql.ts';
import type { DeliveryState } from './delivery.ts';

/** The number of the endpoint's deliveries; the searches look for only a few of them. */
const MANY = 20_000;
/**
 * The maximum number of database pages that a search may touch. Scanning half of the deliveries
 * touches thousands.
 */
const PAGES_MAX = 200;

const RARE = '00000000-0000-4000-8000-00000000000a';
const ALL_TIME = {
  fromId: '00000000-0000-7000-8000-000000000000',
  toId: 'ffffffff-ffff-7fff-bfff-ffffffffffff',
  sinceMs: 0,
  untilMs: Date.parse('2030-01-01T00:00:00Z'),
};

let hooks: TestWebhooks;
let endpointId: string;

/**
 * The oldest deliveries are dead, cancelled, waiting, or of a rare type and subject. The planner
 * has no statistics about that.
 */
beforeAll(async () => {
  hooks = await startTestWebhooks();
  await hooks.engine.stop();
  const made = await createEndpoint(hooks.deps, hooks.tenant, { url: 'https://a.b/', events: [] });
  endpointId = made?.endpoint.id ?? '';
  const state = `case nr when 1 then 'dead' when 2 then 'cancelled' when 5 then 'waiting'
                 else 'delivered' end`;
  await hooks.db.pipeline.query(
    `insert into webhook_deliveries (id, endpoint_id, merchant_id, mode, subject_id, event_id, type,
       sequence, body, state, last_reason, is_cancelled, recorded_at, queued_at)
     select (lpad(to_hex(nr), 8, '0') || '-0000-7000-8000-000000000000')::uuid, $1, $2, $3,
            case nr when 3 then '${RARE}'::uuid else gen_random_uuid() end, gen_random_uuid(),
            case nr when 4 then 'shipment.expired' else 'shipment.status_changed' end, 1,
            convert_to(repeat('x', 1000), 'UTF8'), ${state},
            case nr when 1 then 'answered 500' end, nr = 2, now(), now()
     from generate_series(1, ${MANY}) as nr`,
    [endpointId, hooks.tenant.merchantId, hooks.tenant.mode],
  );
  await hooks.db.pipeline.query(
    `insert into webhook_queues (endpoint_id, subject_id, merchant_id, mode, last_sequence, due_at,
       touched_at)
     select endpoint_id, subject_id, merchant_id, mode, 1, now(), now()
     from webhook_deliveries where state = 'waiting'`,
  );
  await hooks.db.owner.query('analyze webhook_deliveries');
});
afterAll(() => hooks?.close());

interface Plan {
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

/** The database pages that the statements of a search touch, in the role that serves merchants. */
async function pagesOf(search: (tx: Queryable) => Promise<unknown>): Promise<number> {
  let pages = 0;
  await withTenant(hooks.db.app, hooks.tenant, async (tx) => {
    const explaining: Queryable = {
      query: (async ({ text, values }: QueryConfig) => {
        const explain = `explain (analyze, buffers, format json) ${text}`;
        const explained = await tx.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(explain, values);
        const plan = explained.rows[0]?.['QUERY PLAN'][0]?.Plan;
        pages += (plan?.['Shared Hit Blocks'] ?? 0) + (plan?.['Shared Read Blocks'] ?? 0);
        return { ...explained, rows: [] };
      }) as Queryable['query'],
    };
    await search(explaining);
  });
  return pages;
}

const page = { before: null, limit: 50 };

it('finds the few that wait, are dead or cancelled, each by its state', async () => {
  const found = await withTenant(hooks.db.app, hooks.tenant, async (tx) => {
    const states = ['waiting', 'dead', 'cancelled'] as const;
    const lists = [];
    for (const state of states)
      lists.push(await visibleDeliveries(tx, endpointId, { state }, page));
    return lists.map((list) => list.map(({ state, id }) => `${state} ${Number(id.slice(0, 8))}`));
  });
  expect(found).toEqual([['waiting 5'], ['dead 1'], ['cancelled 2']]);
});

it('has nothing that a success changes in any index, so that none is touched by it', async () => {
  const { rows } = await hooks.db.owner.query<{ indexdef: string }>(
    "select indexdef from pg_indexes where tablename = 'webhook_deliveries'",
  );
  expect(rows.length).toBeGreaterThan(2);
  const changes = /\b(state|attempts|tries|next_attempt_at|last_status|settled_at)\b/;
  expect(rows.filter(({ indexdef }) => changes.test(indexdef))).toEqual([]);
});

describe('among very many deliveries', () => {
  it.each([
    { shipmentId: RARE },
    { type: 'shipment.expired' },
    { state: 'dead' },
    { state: 'cancelled' },
    { state: 'waiting' },
    { state: 'dead', type: 'shipment.expired' },
  ] as const)('those of %j are found without a walk through all', async (filter) => {
    const pages = await pagesOf((tx) => visibleDeliveries(tx, endpointId, filter, page));
    expect(pages).toBeLessThan(PAGES_MAX);
  });

  it.each([
    { states: ['dead'], types: null },
    { states: ['cancelled'], types: null },
    { states: ['dead', 'cancelled'], types: null },
    { states: ['delivered', 'dead', 'cancelled'], types: ['shipment.expired'] },
  ] as const)('those to be sent again are found so, too: %j', async ({ states, types }) => {
    const search = { endpointId, ...ALL_TIME, types, butType: 'webhook_endpoint.test', limit: 100 };
    const pages = await pagesOf((tx) =>
      visibleReplayable(tx, { ...search, states: states as readonly DeliveryState[] }),
    );
    expect(pages).toBeLessThan(PAGES_MAX);
  });
});
