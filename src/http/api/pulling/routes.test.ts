import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Tenant } from '../../../kernel/tenant.ts';
import type { PollingExplanation, RefreshOutcome } from '../../../poller/index.ts';
import { type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { explanation, shipmentDetail } from '../shipments/output-schema.ts';
import type { Parcel } from './routes.ts';
import { refreshed } from './schema.ts';

const EXPLAINED: PollingExplanation = {
  policy: 'adaptive',
  account_id: null,
  account_why: null,
  next_poll_at: '2026-03-10T13:00:00.000Z',
  why: 'out for delivery since this morning',
  value: 0.4,
  last_polled_at: null,
  last_confirmed_at: null,
  ceiling_s: 86_400,
  stretched: false,
  push: 'none',
  known_to_carrier: true,
  misses: 0,
  ended: false,
  proof: null,
};

let hub: TestHub;
let call: Caller;
let other: Caller;
let tenant: Tenant;
let carrier: string;
let outcome: RefreshOutcome;
let polls: { tenant: Tenant; parcel: Parcel }[] = [];
beforeAll(async () => {
  hub = await createTestHub({
    polling: {
      explain: async () => EXPLAINED,
      refresh: async (who, { carrier: of, trackingNumber }) => {
        polls.push({ tenant: who, parcel: { carrier: of, trackingNumber } });
        return outcome;
      },
      health: async () => null,
      credentialsChanged: async () => {},
      accountsChanged: () => {},
      ruleChanged: async () => {},
    },
  });
  const key = await hub.newKey();
  ({ tenant } = key);
  call = callerOf(hub, key.text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
});
beforeEach(() => {
  polls = [];
});
afterAll(() => hub.close());

async function registered(trackingNumber: string, orderId = 'o'): Promise<string> {
  const sent = { carrier, tracking_number: trackingNumber, order_id: orderId };
  return String((await call('POST', '/shipments', sent)).body['id']);
}

describe('refreshing', () => {
  it('of an unknown or foreign shipment calls no carrier', async () => {
    const id = await registered('REFRESH1');
    for (const [by, path] of [
      [other, id],
      [call, crypto.randomUUID()],
      [call, 'no-id'],
    ] as const) {
      expect((await by('POST', `/shipments/${path}/refresh`)).status).toBe(404);
    }
    expect(polls).toEqual([]);
  });

  it.each([
    [{ outcome: 'no_account' }, 409, 'cannot_refresh'],
    [{ outcome: 'ended' }, 409, 'cannot_refresh'],
    [{ outcome: 'no_budget', retryAfterS: 61.2 }, 429, 'no_budget'],
  ] as const)('is rejected for %j', async (given, status, code) => {
    const id = await registered('REFRESH2');
    outcome = given;
    const answer = await call('POST', `/shipments/${id}/refresh`);
    expect([answer.status, answer.body['type']]).toEqual([status, `/docs/errors#${code}`]);
    expect(answer.headers.get('retry-after')).toBe(status === 429 ? '62' : null);
  });

  it.each([
    ['failing_credentials', /refuses the account’s credentials \(because\).*12:02:00.*new ones/],
    ['missing_scope', /lack a permission \(because\).*12:02:00.*new ones/],
    ['rate_limited', /is limiting the account until .*12:02:00/],
    ['unreachable', /does not answer \(because\).*12:02:00/],
  ] as const)(
    'is refused for an account that is paused for %s, and says so',
    async (state, why) => {
      const id = await registered('REFRESH5');
      const untilMs = Date.UTC(2026, 2, 10, 12, 2);
      outcome = { outcome: 'paused', state, reason: 'because', untilMs, retryAfterS: 120 };
      const answer = await call('POST', `/shipments/${id}/refresh`);
      expect([answer.status, answer.body['type']]).toEqual([409, '/docs/errors#account_paused']);
      expect(answer.headers.get('retry-after')).toBe('120');
      expect(answer.body['detail']).toMatch(why);
    },
  );

  it('says when the carrier will be called, or that it was called just now', async () => {
    const id = await registered('REFRESH3');
    outcome = { outcome: 'queued', nextPollAtMs: Date.UTC(2026, 2, 10, 12, 1) };
    const queued = await call('POST', `/shipments/${id}/refresh`);
    expect(queued.status).toBe(202);
    expect(refreshed.parse(queued.body)).toMatchObject({
      outcome: 'queued',
      next_poll_at: '2026-03-10T12:01:00.000Z',
      // A refresh does not change the time of the last poll.
      last_polled_at: EXPLAINED.last_polled_at,
    });
    expect(polls).toEqual([{ tenant, parcel: { carrier, trackingNumber: 'REFRESH3' } }]);
    outcome = { outcome: 'fresh', lastPolledAtMs: Date.UTC(2026, 2, 10, 11), retryAfterS: 9.5 };
    const fresh = await call('POST', `/shipments/${id}/refresh`);
    expect(fresh.status).toBe(200);
    expect(refreshed.parse(fresh.body)).toMatchObject({
      last_polled_at: '2026-03-10T11:00:00.000Z',
      next_poll_at: EXPLAINED.next_poll_at,
      retry_after_s: 10,
    });
  });

  it('is explained: when the carrier is polled next, and why then', async () => {
    const id = await registered('REFRESH4');
    const { body } = await call('GET', `/shipments/${id}/explain`);
    expect(explanation.parse(body).polling).toEqual(EXPLAINED);
  });
});

describe('without polling', () => {
  it('refreshing is refused, and everything else works', async () => {
    const without = await createTestHub();
    try {
      const merchant = callerOf(without, (await without.newKey()).text);
      const sent = { carrier, tracking_number: 'ALONE1' };
      const id = String((await merchant('POST', '/shipments', sent)).body['id']);
      const refused = await merchant('POST', `/shipments/${id}/refresh`);
      expect([refused.status, refused.body['type']]).toEqual([409, '/docs/errors#cannot_refresh']);
      const { body } = await merchant('GET', `/shipments/${id}/explain`);
      expect(explanation.parse(body).polling).toBeNull();
    } finally {
      await without.close();
    }
  });
});

describe('proofs of delivery', () => {
  const account = () => ({ ...tenant, id: crypto.randomUUID(), carrier });
  const pdf = (text: string) => ({
    kind: 'signature' as const,
    mediaType: 'application/pdf',
    bytes: Buffer.from(text),
  });

  it('are listed with the shipment and served as downloads that run nowhere', async () => {
    const id = await registered('PROOF1');
    await hub.proofs.store(account(), 'PROOF1', [pdf('%PDF signed')]);
    const { proofs } = shipmentDetail.parse((await call('GET', `/shipments/${id}`)).body);
    expect(proofs).toMatchObject([
      { kind: 'signature', media_type: 'application/pdf', size_bytes: 11 },
    ]);
    const answer = await call('GET', proofs[0]?.url ?? '');
    expect([answer.status, answer.text]).toEqual([200, '%PDF signed']);
    expect(answer.headers.get('content-type')).toBe('application/pdf');
    const safe = {
      'content-disposition': `attachment; filename="proof-${proofs[0]?.id}.pdf"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'no-store',
    };
    for (const [name, value] of Object.entries(safe)) {
      expect([name, answer.headers.get(name)]).toEqual([name, value]);
    }
    expect((await other('GET', proofs[0]?.url ?? '')).status).toBe(404);
    expect((await call('GET', `/shipments/${id}/proofs/${crypto.randomUUID()}`)).status).toBe(404);
    const elsewhere = await registered('PROOF2');
    const path = `/shipments/${elsewhere}/proofs/${proofs[0]?.id}`;
    expect((await call('GET', path)).status).toBe(404);
  });

  it('of a number’s earlier instance are not the next one’s, and are deleted with their shipment', async () => {
    const first = await registered('PROOF3', 'first');
    await hub.proofs.store(account(), 'PROOF3', [pdf('of the first')]);
    for (const status of ['picked_up', 'out_for_delivery', 'delivered']) {
      hub.clock.advance(60_000);
      expect((await call('POST', `/shipments/${first}/status`, { status })).status).toBe(200);
    }
    hub.clock.advance(60_000);
    const second = await registered('PROOF3', 'second');
    expect(second).not.toBe(first);
    await hub.proofs.store(account(), 'PROOF3', [pdf('of the second')]);
    const sizes = async (id: string) => {
      const { proofs } = shipmentDetail.parse((await call('GET', `/shipments/${id}`)).body);
      return proofs.map(({ size_bytes }) => size_bytes);
    };
    expect([await sizes(first), await sizes(second)]).toEqual([[12], [13]]);
    expect((await call('DELETE', `/shipments/${first}`)).status).toBe(204);
    const { rows } = await hub.db.pipeline.query(
      `select size_bytes from proofs where data_key is null and tracking_number = 'PROOF3'`,
    );
    expect(rows).toEqual([{ size_bytes: 12 }]);
    expect(await sizes(second)).toEqual([13]);
  });
});
