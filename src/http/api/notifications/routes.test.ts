import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';
import { notificationPage, notificationWithAttempts, storedRules } from './schema.ts';

let hub: TestHub;
let call: Caller;
let live: Caller;
let other: Caller;
let reader: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  live = callerOf(hub, (await hub.newKey({ mode: 'live' })).text);
  other = callerOf(hub, (await hub.newKey({ merchant: 'other' })).text);
  reader = callerOf(hub, (await hub.newKey({ scopes: ['notifications:read'] })).text);
});
afterAll(() => hub.close());

const RULE = {
  name: 'today',
  milestones: ['out_for_delivery'],
  channels: ['email'],
  audience: ['recipient'],
};
const rulesOf = ({ body }: Answered) =>
  (body['rules'] ?? []) as { name: string; enabled: boolean }[];
const pointersOf = ({ body }: Answered) =>
  ((body['errors'] ?? []) as { pointer: string }[]).map(({ pointer }) => pointer);

describe('rules', () => {
  it('are the installation’s until a merchant has its own, invisible to others', async () => {
    const before = await call('GET', '/notification-rules');
    expect(storedRules.parse(before.body).source).toBe('installation');
    expect(before.headers.get('etag')).toBeNull();
    const put = await call('PUT', '/notification-rules', { rules: [RULE] });
    expect(put.status).toBe(200);
    expect(storedRules.parse(put.body)).toMatchObject({
      source: 'own',
      time_zone: 'UTC',
      rules: [{ ...RULE, enabled: true, window: 'default', max_age: '24h' }],
    });
    for (const caller of [live, other]) {
      expect((await caller('GET', '/notification-rules')).body['source']).toBe('installation');
    }
    expect((await call('DELETE', '/notification-rules')).body['source']).toBe('installation');
  });

  it('can be changed only by a client that has read the latest', async () => {
    const first = await call('PUT', '/notification-rules', { rules: [RULE] });
    const etag = first.headers.get('etag') ?? '';
    const mine = await call('PUT', '/notification-rules', { rules: [] }, { 'if-match': etag });
    expect(mine.status).toBe(200);
    const late = await call('PUT', '/notification-rules', { rules: [RULE] }, { 'if-match': etag });
    expect(late.status).toBe(412);
    await call('DELETE', '/notification-rules');
    // A tag never names two contents, even with a removal in between.
    const again = await call('PUT', '/notification-rules', { rules: [RULE] });
    expect([etag, mine.headers.get('etag')]).not.toContain(again.headers.get('etag'));
    await call('DELETE', '/notification-rules');
  });

  it('are switched one by one, including the installation’s', async () => {
    const off = await call('PATCH', '/notification-rules/picked-up', { enabled: false });
    expect(off.body['source']).toBe('own');
    expect(rulesOf(off).find(({ name }) => name === 'picked-up')?.enabled).toBe(false);
    expect(rulesOf(off).filter(({ enabled }) => enabled).length).toBeGreaterThan(5);
    const none = await call('PATCH', '/notification-rules/no-such', { enabled: false });
    expect(none.status).toBe(404);
    await call('DELETE', '/notification-rules');
  });

  it('that are invalid are rejected by member', async () => {
    const refused = await call('PUT', '/notification-rules', {
      time_zone: 'Mars/Base',
      rules: [
        RULE,
        { ...RULE, name: 'Bad Name' },
        { ...RULE, name: 'c', milestones: ['never'] },
        { ...RULE, name: 'd', milestones: ['delivered'], window: '30m' },
        { ...RULE, name: 'e', to: 'a@example.com' },
        { ...RULE, name: 'f', window: '99d' },
      ],
    });
    expect(refused.status).toBe(422);
    expect(pointersOf(refused)).toEqual(
      expect.arrayContaining([
        '/time_zone',
        '/rules/1/name',
        '/rules/2/milestones/0',
        '/rules/5/window',
      ]),
    );
    const forEver = await call('PUT', '/notification-rules', {
      rules: [
        { ...RULE, name: 'd', milestones: ['delivered'], window: '30m' },
        { ...RULE, name: 'e', to: 'a@example.com' },
      ],
    });
    expect(pointersOf(forEver)).toEqual(['/rules/0/window', '/rules/1/to']);
    const twice = await call('PUT', '/notification-rules', { rules: [RULE, RULE] });
    expect(pointersOf(twice)).toEqual(['/rules']);
  });

  it('are written only with the scope', async () => {
    expect((await reader('GET', '/notification-rules')).status).toBe(200);
    expect((await reader('PUT', '/notification-rules', { rules: [] })).status).toBe(403);
  });
});

describe('the notifications sent', () => {
  it('are listed newest first, by filter and page, to their merchant only', async () => {
    const { tenant } = await hub.newKey();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) ids.push(await notify(tenant.merchantId, index));
    ids.reverse();
    const first = notificationPage.parse((await call('GET', '/notifications?limit=2')).body);
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const rest = await call('GET', `/notifications?cursor=${first.next_cursor}`);
    expect(notificationPage.parse(rest.body).data.map(({ id }) => id)).toEqual(ids.slice(2));
    const dead = notificationPage.parse((await call('GET', '/notifications?state=dead')).body);
    expect(dead.data).toHaveLength(1);
    for (const caller of [live, other]) {
      expect((await caller('GET', '/notifications')).body['data']).toEqual([]);
      expect((await caller('GET', `/notifications/${ids[0]}`)).status).toBe(404);
    }
    const one = await call('GET', `/notifications/${ids[0]}`);
    expect(notificationWithAttempts.parse(one.body).tries).toHaveLength(1);
    expect(one.text).not.toContain('address');
  });

  it('are sent again only when dead', async () => {
    const { tenant } = await hub.newKey();
    const [dead, sent] = [await notify(tenant.merchantId, 0), await notify(tenant.merchantId, 1)];
    expect((await other('POST', `/notifications/${dead}/retry`)).status).toBe(404);
    expect((await call('POST', `/notifications/${sent}/retry`)).status).toBe(409);
    const again = await call('POST', `/notifications/${dead}/retry`);
    expect(again.status).toBe(202);
    // Earlier attempts are still listed.
    expect(again.body).toMatchObject({ state: 'queued', tries: [{ nr: 1 }] });
    expect((await call('POST', '/notifications/nonsense/retry')).status).toBe(404);
  });

  it('reject an invalid filter', async () => {
    const refused = await call('GET', '/notifications?state=lost&limit=0&shipment_id=7');
    expect(pointersOf(refused).sort()).toEqual(['?limit', '?shipment_id', '?state']);
  });
});

let count = 0;
/** A decision as the pipeline writes it; the first one is dead. */
async function notify(merchantId: string, index: number): Promise<string> {
  count += 1;
  const id = `0190b000-0000-7000-8000-${String(count).padStart(12, '0')}`;
  await hub.db.pipeline.query(
    `insert into notifications (id, merchant_id, mode, shipment_id, occurred_at, milestone, template,
       channel, audience, address_hash, subject, state, created_at, attempts)
     values ($1, $2, 'test', gen_random_uuid(), now(), 'picked_up', 'picked_up', 'email',
       'recipient', 'x', 'picked_up', $3, now(), 1)`,
    [id, merchantId, index === 0 ? 'dead' : 'sent'],
  );
  await hub.db.pipeline.query(
    `insert into notification_attempts (notification_id, nr, merchant_id, mode, provider, started_at)
     values ($1, 1, $2, 'test', 'smtp', now())`,
    [id, merchantId],
  );
  return id;
}
