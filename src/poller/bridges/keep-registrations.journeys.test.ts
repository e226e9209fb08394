import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runs } from '../../kernel/test-runs.ts';
import { readState } from '../accounts/state.sql.ts';
import { explainPolling } from '../due/explain-polling.ts';
import { targetByNumber } from '../due/targets.sql.ts';
import { requestRefresh } from '../request-refresh.ts';
import { START_MS } from '../test-poller.ts';
import { forgetOldParcels } from './known-parcels.sql.ts';
import { monthOf } from './registration.ts';
import {
  countRegistrations,
  dropErased,
  dropOfRemovedAccounts,
  lockQuota,
  readQuota,
  reconsiderExcluded,
  saveQuota,
} from './registrations.sql.ts';
import { type Answer, openTestBridges, type TestBridges } from './test-bridge.ts';

const HOUR_MS = 3_600_000;
const DESTINATIONS = new Map([
  ['DE1', 'DE'],
  ['FR1', 'FR'],
]);
const ACME = { carriers: ['acme'], countries: null, monthlyCap: 100 };

let hub: TestBridges;
beforeEach(async () => {
  hub = await openTestBridges(DESTINATIONS);
});
afterEach(() => hub.poller.close());

const numbers = (bridge: TestBridges['relay']) => bridge.registered.map(({ number }) => number);
const states = async () => {
  const { rows } = await hub.poller.db.pipeline.query<{ tracking_number: string; state: string }>(
    'select tracking_number, state from bridge_registrations order by tracking_number',
  );
  return Object.fromEntries(rows.map((row) => [row.tracking_number, row.state]));
};
const target = (bridge: string, number: string) =>
  targetByNumber(hub.poller.db.pipeline, bridge, number);

describe('a rule', () => {
  it('is needed to register anything, and leaves out carriers with an account of one’s own', async () => {
    await hub.poller.ingest('A');
    await hub.keep(await hub.join('relay', null));
    await hub.poller.accounts.disable(hub.poller.tenant, (await hub.join('relay', null)).id);
    expect(numbers(hub.relay)).toEqual([]);
    const other = await hub.join('second', { ...ACME, carriers: null });
    await hub.keep(other);
    expect(numbers(hub.second)).toEqual([]);
    await hub.poller.accounts.disable(hub.poller.tenant, hub.poller.account.id);
    await hub.keep(other);
    expect(hub.second.parcels).toEqual([
      { trackingNumber: 'A', carrierCode: 'acme', reference: null, postalCode: null },
    ]);
  });

  it('excludes other countries and unknown ones, until it changes', async () => {
    const account = await hub.join('relay', { ...ACME, countries: ['DE'] });
    await hub.poller.ingestAll(['DE1', 'FR1', 'X1']);
    await hub.keep(account);
    expect(await states()).toEqual({ DE1: 'registered', FR1: 'excluded', X1: 'excluded' });
    await hub.poller.accounts.patch(hub.poller.tenant, account.id, () => ({ rule: ACME }));
    await hub.keep(account);
    expect(numbers(hub.relay)).toEqual(['DE1']);
    await reconsiderExcluded(hub.poller.db.pipeline, account.id);
    await hub.keep(account);
    expect(numbers(hub.relay).sort()).toEqual(['DE1', 'FR1', 'X1']);
  });
});

describe('a registered parcel', () => {
  it('is polled through the bridge, with the carrier in the stored message', async () => {
    const account = await hub.join('relay', ACME);
    await hub.poller.ingest('A');
    await hub.keep(account);
    expect(await target('relay', 'A')).toMatchObject({
      parcelCarrier: 'acme',
      timerAtMs: null,
      lastPolledAtMs: null,
    });
    hub.relay.carrier.parcels.set('A', [{ code: 'in_transit', atMs: START_MS - HOUR_MS }]);
    await hub.poll(account);
    expect(hub.poller.inboundMessages).toMatchObject([
      { carrier: 'relay', headers: { ':number': 'A', ':carrier': 'acme' } },
    ]);
    await hub.poller.ingest('A', { status: 'in_transit', lastEventAtMs: START_MS - HOUR_MS });
    expect(await target('relay', 'A')).toMatchObject({ status: 'in_transit', known: true });
  });

  it('is stopped once when it has ended, and is neither polled nor registered again', async () => {
    const account = await hub.join('relay', ACME);
    await hub.poller.ingest('A');
    await hub.keep(account);
    await hub.poller.ingest('A', { status: 'delivered', via: 'relay', confirmed: false });
    await hub.keep(account);
    expect(hub.relay.stopped).toEqual([]);
    await hub.poller.ingest('A', { status: 'delivered', via: 'relay' });
    for (let times = 0; times < 3; times += 1) await hub.keep(account);
    expect(hub.relay.stopped).toEqual(['A']);
    expect(await target('relay', 'A')).toBeNull();
    await hub.poller.ingest('A', { status: 'in_transit' });
    await hub.keep(account);
    expect(numbers(hub.relay)).toEqual(['A']);
    expect(await target('relay', 'A')).toBeNull();
  });

  it('is not audited through the bridge, which tracks it no more', async () => {
    const account = await hub.join('relay', ACME);
    await hub.poller.ingest('A');
    await hub.keep(account);
    await hub.poll(account);
    await hub.poller.ingest('A', { status: 'delivered', via: 'relay' });
    const polled = hub.relay.carrier.calls.length;
    for (let day = 0; day < 10; day += 1) {
      hub.poller.clock.advance(24 * HOUR_MS);
      await hub.keep(account);
      await hub.poll(account);
    }
    expect([hub.relay.stopped, hub.relay.carrier.calls.length]).toEqual([['A'], polled]);
  });

  it('whose end only the bridge reported is polled at its carrier to confirm it', async () => {
    await hub.poller.ingest('A', { status: 'in_transit', lastEventAtMs: START_MS });
    await hub.poller.ingest('A', { status: 'delivered', via: 'relay' });
    expect(await hub.poller.target('A')).toMatchObject({
      reason: 'confirm',
      confirmed: false,
      timerAtMs: null,
      dueAtMs: START_MS,
    });
    await hub.poller.ingest('A', { status: 'delivered' });
    expect(await hub.poller.target('A')).toMatchObject({ reason: 'audit', confirmed: true });
  });

  it('is stopped and forgotten when it is deleted', async () => {
    const account = await hub.join('relay', ACME);
    await hub.poller.ingestAll(['A', 'B']);
    await hub.keep(account);
    await hub.poller.ingest('A', { type: 'shipment.deleted' });
    expect(await target('relay', 'A')).toBeNull();
    await hub.keep(account);
    expect(hub.relay.stopped).toEqual(['A']);
    expect(await states()).toEqual({ B: 'registered' });
  });
});

it('a parcel that only a bridge reaches is explained and refreshed through it', async () => {
  const { db, clock, tenant, plans, accounts, deps, account: direct } = hub.poller;
  await accounts.disable(tenant, direct.id);
  const account = await hub.join('relay', ACME);
  await hub.poller.ingest('A');
  const parcel = { carrier: 'acme', trackingNumber: 'A' };
  const { policies, adapterOf } = deps;
  const explained = () => explainPolling({ db, plans, policies }, tenant, parcel);
  expect(await explained()).toMatchObject({ account_id: null });
  await hub.keep(account);
  expect(await explained()).toMatchObject({ account_id: account.id, ended: false });
  const woken: string[] = [];
  const wake = (id: string) => void woken.push(id);
  const asked = { db, clock, accounts, adapterOf, plans, wake };
  expect(await requestRefresh(asked, tenant, parcel)).toMatchObject({ outcome: 'queued' });
  expect(woken).toEqual([account.id]);
});

describe('a parcel that was registered before', () => {
  const add = async (number: string) =>
    hub.poller.ingest(number, {
      type: 'shipment.created',
      shipmentId: crypto.randomUUID(),
      status: 'created',
    });

  it('is not registered again after its deletion, of which only a hash remains', async () => {
    const account = await hub.join('relay', ACME);
    await hub.poller.ingest('A');
    await hub.keep(account);
    await hub.poller.ingest('A', { type: 'shipment.deleted' });
    await hub.keep(account);
    expect([hub.relay.stopped, await states()]).toEqual([['A'], {}]);
    const { rows } = await hub.poller.db.pipeline.query('select * from bridge_parcels');
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('"A"');
    await add('A');
    await hub.keep(account);
    expect([numbers(hub.relay), await states()]).toEqual([['A'], { A: 'stopped' }]);
  });

  it('is taken over from a replaced account, and stopped by the new one', async () => {
    const { accounts, tenant, db } = hub.poller;
    const old = await hub.join('relay', ACME);
    await hub.poller.ingest('A');
    await hub.keep(old);
    await accounts.disable(tenant, old.id);
    await dropOfRemovedAccounts(db.pipeline);
    const account = await hub.join('relay', ACME);
    await hub.keep(account);
    expect([numbers(hub.relay), await states()]).toEqual([['A'], { A: 'registered' }]);
    expect(await target('relay', 'A')).not.toBeNull();
    await hub.poller.ingest('A', { status: 'delivered', via: 'relay' });
    await hub.keep(account);
    expect(hub.relay.stopped).toEqual(['A']);
  });

  it('is registered again after half a year, and if the service certainly had not taken it', async () => {
    const account = await hub.join('relay', ACME);
    hub.relay.answer = 'quota_used_up';
    hub.relay.quota = { used: 0, remaining: 9 };
    await hub.poller.ingest('A');
    await hub.keep(account);
    hub.relay.answer = 'registered';
    hub.poller.clock.advance(HOUR_MS);
    await hub.keep(account);
    expect(numbers(hub.relay)).toEqual(['A', 'A']);
    await hub.poller.ingest('A', { type: 'shipment.deleted' });
    await hub.keep(account);
    hub.poller.clock.advance(181 * 24 * HOUR_MS);
    await forgetOldParcels(hub.poller.db.pipeline, hub.poller.clock.nowMs());
    await add('A');
    await hub.keep(account);
    expect(numbers(hub.relay)).toEqual(['A', 'A', 'A']);
  });

  it('is known within its tenant and environment only', async () => {
    const { db, tenant } = hub.poller;
    const known = hub.deps.bridges.knownParcels;
    const owner = { ...tenant, carrier: 'relay', environment: 'production' } as const;
    const parcel = { carrier: 'acme', trackingNumber: 'A' };
    const seen = async (of: Parameters<typeof known.remember>[1]) =>
      (await known.remember(db.pipeline, of, [parcel], START_MS)).size;
    expect(await seen(owner)).toBe(0);
    expect(await seen({ ...owner, merchantId: crypto.randomUUID() })).toBe(0);
    expect(await seen({ ...owner, mode: 'test' })).toBe(0);
    expect(await seen({ ...owner, environment: 'sandbox' })).toBe(0);
    expect(await seen({ ...owner, carrier: 'second' })).toBe(0);
    expect(await seen(owner)).toBe(1);
  });
});

describe('a registration whose outcome is unknown', () => {
  it.each([
    ['carriers', { ...ACME, carriers: ['other'] }],
    ['countries', { ...ACME, countries: ['FR'] }],
  ])('is not tried again once the rule has other %s', async (_what, rule) => {
    const account = await hub.join('relay', ACME);
    hub.relay.answer = 'error';
    await hub.poller.ingest('DE1');
    await hub.keep(account);
    hub.relay.answer = 'registered';
    await hub.poller.accounts.patch(hub.poller.tenant, account.id, () => ({ rule }));
    for (let times = 0; times < 3; times += 1) {
      hub.poller.clock.advance(24 * HOUR_MS);
      await hub.keep(account);
    }
    expect(numbers(hub.relay)).toEqual(['DE1']);
  });

  it('is not tried again once the parcel is delivered', async () => {
    const account = await hub.join('relay', ACME);
    hub.relay.answer = 'error';
    await hub.poller.ingest('A');
    await hub.keep(account);
    await hub.poller.ingest('A', { status: 'delivered' });
    hub.relay.answer = 'registered';
    hub.poller.clock.advance(24 * HOUR_MS);
    await hub.keep(account);
    expect(numbers(hub.relay)).toEqual(['A']);
  });
});

it('after three unknown outcomes, a parcel is free for another bridge', async () => {
  const first = await hub.join('relay', ACME);
  hub.poller.clock.advance(1_000);
  const second = await hub.join('second', ACME);
  await hub.poller.ingest('A');
  hub.relay.answer = 'error';
  for (let times = 0; times < 2; times += 1) {
    await hub.keep(first);
    await hub.keep(second);
    hub.poller.clock.advance(24 * HOUR_MS);
  }
  expect(numbers(hub.second)).toEqual([]);
  await hub.keep(first);
  await hub.keep(second);
  expect(numbers(hub.relay)).toEqual(['A', 'A', 'A']);
  expect(numbers(hub.second)).toEqual(['A']);
  expect(await target('second', 'A')).not.toBeNull();
});

it('of parcels with one number at two carriers, the older one is registered, then the other', async () => {
  const account = await hub.join('relay', { ...ACME, carriers: ['acme', 'other'] });
  await hub.poller.ingestAll(['A', 'B']);
  await hub.poller.db.pipeline.query(
    `insert into poll_targets select (jsonb_populate_record(t, jsonb_build_object(
       'carrier', 'other', 'shipment_id', gen_random_uuid(), 'created_at', t.created_at + interval '1 s'))).*
     from poll_targets t where t.tracking_number = 'A'`,
  );
  const registered = async () => {
    const { rows } = await hub.poller.db.pipeline.query<{ parcel: string }>(
      `select carrier || ' ' || tracking_number as parcel from bridge_registrations
       where state = 'registered' order by 1`,
    );
    return rows.map(({ parcel }) => parcel);
  };
  for (let times = 0; times < 2; times += 1) await hub.keep(account);
  expect(await registered()).toEqual(['acme A', 'acme B']);
  expect(await target('relay', 'B')).not.toBeNull();
  await hub.poller.ingest('A', { status: 'delivered', confirmed: true });
  for (let times = 0; times < 2; times += 1) await hub.keep(account);
  expect(await registered()).toEqual(['acme B', 'other A']);
  expect((await target('relay', 'A'))?.parcelCarrier).toBe('other');
});

describe('the quota', () => {
  it('is not used twice by a process whose clock is still in the month before', async () => {
    const account = await hub.join('relay', { ...ACME, monthlyCap: 2 });
    await hub.poller.ingestAll(['A', 'B', 'C', 'D', 'E']);
    hub.poller.clock.set(Date.UTC(2026, 3, 1, 0, 0, 1));
    await hub.keep(account);
    hub.poller.clock.set(Date.UTC(2026, 2, 31, 23, 59, 59));
    await hub.keep(account);
    hub.poller.clock.set(Date.UTC(2026, 3, 1, 0, 1));
    await hub.keep(account);
    expect(numbers(hub.relay)).toHaveLength(2);
  });

  it('counts what was registered while the service was asked', async () => {
    const account = await hub.join('relay', ACME);
    const { pipeline } = hub.poller.db;
    const nowMs = START_MS;
    const before = await lockQuota(pipeline, account, monthOf(nowMs));
    await countRegistrations(pipeline, account.id, before.month, 4);
    await saveQuota(pipeline, account.id, { used: 6, remaining: 4 }, { before, nowMs });
    expect(await readQuota(pipeline, account.id)).toMatchObject({ used: 10, remaining: 0 });
  });

  it('is asked for hourly; nothing is registered when it is used up, until some is left', async () => {
    const account = await hub.join('relay', ACME);
    hub.relay.quota = { used: 9, remaining: 1 };
    await hub.poller.ingestAll(['A', 'B', 'C']);
    for (let times = 0; times < 3; times += 1) await hub.keep(account);
    expect([numbers(hub.relay), hub.relay.quotaCalls]).toEqual([['A'], 1]);
    hub.poller.clock.advance(HOUR_MS);
    hub.relay.quota = { used: 10, remaining: 5 };
    hub.relay.answer = 'quota_used_up';
    await hub.keep(account);
    expect(numbers(hub.relay)).toEqual(['A', 'B', 'C']);
    hub.relay.answer = 'registered';
    await hub.keep(account);
    expect(numbers(hub.relay)).toHaveLength(3);
    hub.poller.clock.advance(HOUR_MS);
    await hub.keep(account);
    expect(await states()).toEqual({ A: 'registered', B: 'registered', C: 'registered' });
  });
});

describe('a bridge that is silent', () => {
  const fail = async (account: Parameters<TestBridges['poll']>[0], times: number) => {
    hub.relay.carrier.failure = 'timeout';
    for (let at = 0; at < times; at += 1) {
      hub.poller.clock.advance(10 * 60_000);
      await hub.poll(account);
      await hub.keep(account);
    }
  };
  const health = async (id: string) =>
    (await readState(hub.poller.db.pipeline, id))?.health ?? 'idle';

  it('is degraded; another one takes over within its cap, and gives back', async () => {
    await hub.poller.accounts.disable(hub.poller.tenant, hub.poller.account.id);
    const first = await hub.join('relay', { ...ACME, carriers: null });
    hub.poller.clock.advance(1_000);
    const second = await hub.join('second', { ...ACME, carriers: null, monthlyCap: 1 });
    await hub.poller.ingestAll(['A', 'B']);
    await hub.keep(first);
    await hub.keep(second);
    expect(numbers(hub.second)).toEqual([]);
    // Eight hours without an answer.
    await fail(first, 48);
    expect(await health(first.id)).toBe('degraded');
    await hub.keep(second);
    expect(numbers(hub.second)).toEqual(['A']);
    expect(await target('second', 'A')).not.toBeNull();

    hub.relay.carrier.failure = null;
    for (const number of ['A', 'B']) {
      hub.relay.carrier.parcels.set(number, [{ code: 'in_transit', atMs: START_MS + HOUR_MS }]);
    }
    for (let tries = 0; tries < 36 && (await health(first.id)) !== 'ok'; tries += 1) {
      hub.poller.clock.advance(10 * 60_000);
      await hub.poll(first);
    }
    expect(await health(first.id)).toBe('ok');
    const answered = hub.poller.inboundMessages
      .filter(({ source }) => source === 'poll')
      .map(({ headers }) => headers[':number']);
    expect(answered.sort()).toEqual(['A', 'B']);
    await hub.keep(second);
    expect(await target('second', 'A')).toBeNull();
    expect(await target('relay', 'A')).not.toBeNull();
    expect(await states()).toEqual({ A: 'registered', B: 'registered' });
  });
});

type Step =
  | { readonly do: 'parcel' | 'end' | 'delete' | 'wait' | 'month' }
  | { readonly do: 'keep'; readonly answer: Answer };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Step>({ do: 'parcel' }) },
    {
      weight: 6,
      arbitrary: fc
        .constantFrom<Answer[]>(
          'registered',
          'registered',
          'refused',
          'quota_used_up',
          'unsent',
          'error',
          'lost',
        )
        .map((answer): Step => ({ do: 'keep', answer })),
    },
    fc.constantFrom('end', 'delete', 'wait', 'wait', 'month').map((name) => ({ do: name }) as Step),
  ),
  { minLength: 8, maxLength: 24 },
);

function grouped<Item>(
  all: readonly Item[],
  keyOf: (item: Item) => string,
): ReadonlyMap<string, readonly Item[]> {
  const keys = new Set(all.map(keyOf));
  return new Map([...keys].map((key) => [key, all.filter((each) => keyOf(each) === key)]));
}

it('registers no parcel twice and no more than the cap, whatever is answered, killed or deleted', async () => {
  let made = 0;
  let again = 0;
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), async (all, monthlyCap) => {
      const { poller, relay } = hub;
      await poller.db.pipeline.query('delete from poll_targets');
      relay.registered.length = 0;
      const account = await hub.join('relay', { ...ACME, monthlyCap });
      const open: string[] = [];
      for (const step of all) {
        if (step.do === 'parcel') {
          made += 1;
          open.push(`P${made}`);
          await poller.ingest(`P${made}`);
        } else if (step.do === 'keep') {
          relay.answer = step.answer;
          await hub.keep(account).catch((error: Error) => expect(error.message).toBe('killed'));
        } else if (step.do === 'wait' || step.do === 'month') {
          poller.clock.advance(step.do === 'wait' ? 7 * HOUR_MS : 32 * 24 * HOUR_MS);
        } else {
          const number = open.shift();
          const ended =
            step.do === 'end' ? { status: 'delivered' } : ({ type: 'shipment.deleted' } as const);
          if (number !== undefined) await poller.ingest(number, ended);
        }
      }
      const mayCount = relay.registered.filter(
        ({ as }) => as !== 'unsent' && as !== 'quota_used_up',
      );
      const byMonth = grouped(mayCount, ({ atMs }) => monthOf(atMs));
      for (const [month, calls] of byMonth) {
        expect(calls.length, month).toBeLessThanOrEqual(monthlyCap);
      }
      for (const calls of grouped(mayCount, ({ number }) => number).values()) {
        const known = calls.findIndex(({ as }) => as === 'registered' || as === 'refused');
        if (known >= 0) expect(known).toBe(calls.length - 1);
        if (calls.length > 1) again += 1;
      }
      await poller.accounts.disable(poller.tenant, account.id);
    }),
    { numRuns: runs(200, 25), seed: 41 },
  );
  expect(made).toBeGreaterThan(20);
  expect(again).toBeGreaterThan(0);
}, 120_000);

it('registers no parcel twice that was deleted and added again, or whose account was replaced', async () => {
  let made = 0;
  let added = 0;
  const actions = fc.array(
    fc.record({
      do: fc.constantFrom('parcel', 'delete', 'add', 'add', 'replace', 'end', 'keep', 'keep'),
      at: fc.nat(5),
      answer: fc.constantFrom<Answer>('registered', 'registered', 'refused', 'lost', 'unsent'),
    }),
    { minLength: 10, maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(actions, async (all) => {
      const { poller, relay } = hub;
      const { pipeline } = poller.db;
      await pipeline.query('delete from poll_targets');
      relay.registered.length = 0;
      let account = await hub.join('relay', ACME);
      const known: string[] = [];
      for (const { do: action, at, answer } of all) {
        const number = known[at % Math.max(1, known.length)];
        if (action === 'parcel') {
          made += 1;
          known.push(`R${made}`);
          await poller.ingest(`R${made}`);
        } else if (action === 'keep') {
          relay.answer = answer;
          await hub.keep(account).catch((error: Error) => expect(error.message).toBe('killed'));
          poller.clock.advance(7 * HOUR_MS);
        } else if (action === 'replace') {
          await poller.accounts.disable(poller.tenant, account.id);
          await dropOfRemovedAccounts(pipeline);
          account = await hub.join('relay', ACME);
        } else if (number !== undefined && action === 'add') {
          added += 1;
          const shipmentId = crypto.randomUUID();
          await poller.ingest(number, { type: 'shipment.created', shipmentId, status: 'created' });
        } else if (number !== undefined) {
          const ended = { status: 'delivered' };
          await poller.ingest(number, action === 'end' ? ended : { type: 'shipment.deleted' });
        }
      }
      const mayCount = relay.registered.filter(({ as }) => as !== 'unsent');
      for (const calls of grouped(mayCount, ({ number }) => number).values()) {
        const first = calls.findIndex(({ as }) => as === 'registered' || as === 'refused');
        if (first >= 0) expect(first).toBe(calls.length - 1);
      }
      await poller.accounts.disable(poller.tenant, account.id);
    }),
    { numRuns: runs(200, 25), seed: 41 },
  );
  expect(added).toBeGreaterThan(20);
}, 120_000);

it('a row that is deleted while its call is in progress is not written again', async () => {
  const account = await hub.join('relay', ACME);
  await hub.poller.ingest('A');
  hub.relay.answer = 'lost';
  await expect(hub.keep(account)).rejects.toThrow('killed');
  expect(await states()).toEqual({ A: 'requested' });
  await hub.poller.ingest('A', { type: 'shipment.deleted' });
  await dropErased(hub.poller.db.pipeline, [
    { ...hub.poller.tenant, carrier: 'acme', trackingNumber: 'A' },
  ]);
  // What the service may have registered is stopped first.
  hub.poller.clock.advance(HOUR_MS);
  await hub.keep(account);
  expect([hub.relay.stopped, await states()]).toEqual([['A'], {}]);
});
