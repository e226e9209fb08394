import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import { createOperatorKey } from '../../../merchants/index.ts';
import { systemRandom } from '../../../platform/clock.ts';
import { writeLedger } from '../../../reactions/predictions/accuracy/test-ledger.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { accuracy } from './schema.ts';

let hub: TestHub;
let call: Caller;
let foreign: Caller;
let operator: Caller;
let tenant: Tenant;
beforeAll(async () => {
  hub = await createTestHub();
  const made = await hub.newKey({ merchant: 'shop', scopes: ['shipments:read'] });
  tenant = made.tenant;
  call = callerOf(hub, made.text);
  foreign = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  const keys = { db: hub.db, clock: hub.clock, randomBytes: systemRandom };
  const reader = await createOperatorKey(keys, { name: 'looks', scopes: ['ops:read'] });
  operator = callerOf(hub, reader.text);
  // Now is noon of 10 March 2026, in UTC.
  const window = ['2026-03-01', '2026-03-05'] as const;
  await writeLedger(hub.db, tenant, '2026-03-05', [
    { date: '2026-03-04', window, missProbability: 0.75, warned: true },
    { whose: 'carrier', date: '2026-03-02' },
    { whose: 'promise', date: '2026-03-04' },
  ]);
  await writeLedger(hub.db, tenant, '2026-03-06', [{ date: '2026-03-06', lane: 'US-10 → US-94' }]);
  await writeLedger(hub.db, tenant, '2026-03-07', [{ date: '2026-03-08', lane: 'US-10 → US-94' }]);
});
afterAll(() => hub.close());

const NOTHING = { n: 0, mae_days: null, exact_share: null, within_1_day: null, late_share: null };

describe('the accuracy of estimates', () => {
  it('covers the last 90 days, in one group', async () => {
    const { status, body } = await call('GET', '/v1/edd/accuracy');
    expect(status).toBe(200);
    const { data, ...about } = accuracy.parse(body);
    expect(about).toEqual({
      from: '2025-12-11',
      to: '2026-03-10',
      counted_from: '2025-12-11',
      at: 'hand_over',
      group_by: null,
      left_out: 0,
    });
    expect(data).toMatchObject([
      {
        group: null,
        parcels: 3,
        ours: {
          n: 3,
          mae_days: 0.67,
          exact_share: 0.333,
          within_1_day: 1,
          late_share: 0.333,
          bias_days: 0,
          windows: 1,
          coverage: 1,
          width_days: 4,
        },
        carrier: { n: 1, mae_days: 3, late_share: 1 },
        promise: { n: 1, mae_days: 1 },
        compared: { n: 1, ours_mae_days: 1, carrier_mae_days: 3 },
        warnings: { n: 1, warned: 1, missed: 1, precision: 1, recall: 1, brier: 0.063 },
      },
    ]);
  });

  it('can be grouped and filtered', async () => {
    const { body } = await call('GET', '/v1/edd/accuracy?group_by=lane&limit=1');
    expect(accuracy.parse(body)).toMatchObject({
      data: [{ group: 'US-10 → US-94', parcels: 2, carrier: NOTHING }],
      left_out: 1,
    });
    const lane = encodeURIComponent('US-10 → US-94');
    const one = await call('GET', `/v1/edd/accuracy?lane=${lane}&from=2026-03-07&to=2026-03-07`);
    expect(accuracy.parse(one.body)).toMatchObject({ data: [{ parcels: 1, ours: { n: 1 } }] });
    const stages = await call('GET', '/v1/edd/accuracy?group_by=stage');
    expect(accuracy.parse(stages.body)).toMatchObject({ at: 'stage', data: [{ parcels: 3 }] });
    for (const none of ['carrier=nobody', 'service_level=x', 'stage=created', 'to=2020-01-01']) {
      const { status, body: empty } = await call('GET', `/v1/edd/accuracy?${none}`);
      expect([none, status]).toEqual([none, 200]);
      expect(accuracy.parse(empty)).toMatchObject({ data: [{ parcels: 0, ours: NOTHING }] });
    }
  });

  it('is the merchant’s own; operators see all merchants, or one', async () => {
    const theirs = await foreign('GET', '/v1/edd/accuracy');
    expect(accuracy.parse(theirs.body)).toMatchObject({ data: [{ parcels: 0 }] });
    expect((await call('GET', '/v1/ops/edd/accuracy')).status).toBe(403);
    const all = await operator('GET', '/v1/ops/edd/accuracy?mode=test');
    expect(accuracy.parse(all.body)).toMatchObject({ data: [{ parcels: 3 }] });
    const live = await operator('GET', '/v1/ops/edd/accuracy');
    expect(accuracy.parse(live.body)).toMatchObject({ data: [{ parcels: 0 }] });
    const one = await operator('GET', '/v1/ops/edd/accuracy?mode=test&merchant=other');
    expect(accuracy.parse(one.body)).toMatchObject({ data: [{ parcels: 0 }] });
    const odd = await operator('GET', '/v1/ops/edd/accuracy?merchant=nobody');
    expect(odd.status).toBe(422);
    expect(odd.body).toMatchObject({ errors: [{ pointer: '?merchant' }] });
  });

  it.each([
    ['from=2026-03-11', '?from'],
    ['from=2020-01-01', '?from'],
    ['from=2026-02-30', '?from'],
    ['to=soon', '?to'],
    ['at=never', '?at'],
    ['at=stage', '?at'],
    ['group_by=mood', '?group_by'],
    ['stage=lost_in_space', '?stage'],
    ['limit=0', '?limit'],
    ['lane=%0A', '?lane'],
    ['carrier=', '?carrier'],
    ['merchant=shop', '?merchant'],
    ['at=last&at=first', '?at'],
  ])('is rejected for %s, with what to correct', async (query, pointer) => {
    const { status, body } = await call('GET', `/v1/edd/accuracy?${query}`);
    expect(status).toBe(422);
    expect(body).toMatchObject({ errors: [{ pointer, fix: expect.any(String) }] });
  });
});
