import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  findDelivery,
  listDeliveries,
  replayDeliveries,
  replayDelivery,
} from './deliveries/deliveries.ts';
import type { Endpoint, NewEndpoint } from './endpoints/endpoint.ts';
import {
  createEndpoint,
  findEndpoint,
  patchEndpoint,
  removeEndpoint,
} from './endpoints/endpoints.ts';
import {
  answer,
  startTestWebhooks,
  subjectNamed,
  type TestRequest,
  type TestWebhooks,
  TIMED_OUT,
} from './test-webhooks.ts';

const URL = 'https://shop.example/hook';
let hooks: TestWebhooks;
beforeEach(async () => {
  hooks = await startTestWebhooks();
});
afterEach(() => hooks.close());

async function endpoint(more: Partial<NewEndpoint> = {}): Promise<Endpoint> {
  const made = await createEndpoint(hooks.deps, hooks.tenant, { url: URL, events: ['*'], ...more });
  if (made === null) throw new Error('no endpoint was made');
  return made.endpoint;
}

const sequences = (requests: readonly TestRequest[] = hooks.requests) =>
  requests.map(({ body }) => body.sequence);

const page = { before: null, limit: 50 };

describe('merchant webhooks', () => {
  it('tell an endpoint of what happens, in order, with the sequence before', async () => {
    await endpoint();
    for (let i = 0; i < 3; i += 1) await hooks.happen({ subject: 'a' });
    await hooks.engine.idle();
    expect(hooks.requests.map(({ body }) => [body.sequence, body.previous_sequence])).toEqual([
      [1, null],
      [2, 1],
      [3, 2],
    ]);
    expect(hooks.requests.every(({ url }) => url === URL)).toBe(true);
  });

  it('begin with what happens after the endpoint is there, and say that it is the first', async () => {
    await hooks.happen({ subject: 'a' });
    await hooks.engine.idle();
    await endpoint();
    await hooks.happen({ subject: 'a' });
    await hooks.engine.idle();
    expect(hooks.requests.map(({ body }) => [body.sequence, body.previous_sequence])).toEqual([
      [2, null],
    ]);
  });

  it('leave out what an endpoint does not want, and what is quiet', async () => {
    await endpoint({ events: ['shipment.delivered'], filters: { tags: ['vip'] } });
    await hooks.happen({ subject: 'a', data: { tags: ['vip'] } });
    await hooks.happen({ subject: 'a', type: 'shipment.delivered' });
    await hooks.happen({
      subject: 'a',
      type: 'shipment.delivered',
      data: { tags: ['vip'], quiet: true },
    });
    await hooks.happen({ subject: 'a', type: 'shipment.delivered', data: { tags: ['vip'] } });
    await hooks.engine.idle();
    expect(hooks.requests.map(({ body }) => [body.sequence, body.previous_sequence])).toEqual([
      [4, null],
    ]);
  });

  it('never cross tenants or modes', async () => {
    await endpoint();
    await hooks.happen({ subject: 'b', tenant: { ...hooks.tenant, mode: 'live' } });
    await hooks.engine.idle();
    expect(hooks.requests).toEqual([]);
  });

  it('try again after some seconds, and hold back that subject alone meanwhile', async () => {
    const { id } = await endpoint();
    let isBroken = true;
    const bad = subjectNamed('bad');
    hooks.receive(URL, ({ body }) => answer(isBroken && body.data['id'] === bad ? 500 : 200));
    await hooks.happen({ subject: 'bad' });
    await hooks.happen({ subject: 'bad' });
    await hooks.happen({ subject: 'good' });
    await hooks.engine.idle();
    expect(hooks.requests).toHaveLength(2);
    await hooks.happen({ subject: 'good' });
    await hooks.engine.idle();
    expect(hooks.requests).toHaveLength(3);
    hooks.clock.advance(1_900);
    await hooks.engine.idle();
    expect(hooks.requests).toHaveLength(3);
    isBroken = false;
    hooks.clock.advance(3_100);
    await hooks.engine.idle();
    expect(sequences(hooks.requests.slice(3))).toEqual([1, 2]);
    const deliveries = await listDeliveries(hooks.deps, hooks.tenant, id, {}, page);
    expect(deliveries?.map(({ state }) => state)).toEqual(Array(4).fill('delivered'));
    expect((await findEndpoint(hooks.deps, hooks.tenant, id))?.failures).toBe(0);
  });

  it('give up after about three days, and go on with what came after', async () => {
    const { id } = await endpoint();
    hooks.receive(URL, ({ body }) => answer(body.sequence === 1 ? 500 : 200));
    await hooks.happen({ subject: 'a' });
    await hooks.happen({ subject: 'a' });
    await hooks.engine.idle();
    const beganMs = hooks.clock.nowMs();
    let tries = 1;
    while (tries < 100 && !sequences().includes(2)) {
      hooks.clock.advance(60_000);
      await hooks.engine.idle();
      if (hooks.requests.length > tries) tries = hooks.requests.length;
      else hooks.clock.advance(30 * 60_000);
    }
    const hours = (hooks.clock.nowMs() - beganMs) / 3_600_000;
    expect(hours).toBeGreaterThan(55);
    expect(hours).toBeLessThan(90);
    const dead = await listDeliveries(hooks.deps, hooks.tenant, id, { state: 'dead' }, page);
    expect(dead?.map(({ sequence, attempts }) => [sequence, attempts])).toEqual([[1, 15]]);
  });

  it('send the same bytes with new headers when replayed', async () => {
    const { id } = await endpoint();
    await hooks.happen({ subject: 'a', data: { note: 'ümläut \u2028 "quoted"' } });
    await hooks.engine.idle();
    hooks.clock.advance(3_600_000);
    const [first] = hooks.requests;
    hooks.receive(URL, () => answer(503));
    await replayDelivery(hooks.deps, hooks.tenant, id, first?.body.id ?? '');
    await hooks.engine.idle();
    const [, second] = hooks.requests;
    expect(second?.bytes.equals(first?.bytes ?? Buffer.of())).toBe(true);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    const found = await findDelivery(hooks.deps, hooks.tenant, id, first?.body.id ?? '');
    expect(found?.body.equals(first?.bytes ?? Buffer.of())).toBe(true);
    const attempts = found?.attempts.map(({ nr, status, reason, response, atMs }) => [
      nr,
      status,
      reason,
      response,
      hooks.clock.nowMs() - atMs,
    ]);
    expect(attempts).toEqual([
      [2, 503, { 'webhooks.attemptAnswered': { status: 503 } }, 'answer 503', 0],
      [1, 200, null, 'answer 200', 3_600_000],
    ]);
    const shown = { status: found?.delivery.lastStatus, attempts: found?.delivery.attempts };
    expect(shown).toEqual({ status: 503, attempts: 2 });
  });

  it('show each success of a delivery that was replayed', async () => {
    const { id } = await endpoint();
    await hooks.happen({ subject: 'a' });
    await hooks.engine.idle();
    hooks.clock.advance(3_600_000);
    const [first] = hooks.requests;
    await replayDelivery(hooks.deps, hooks.tenant, id, first?.body.id ?? '');
    await hooks.engine.idle();
    const found = await findDelivery(hooks.deps, hooks.tenant, id, first?.body.id ?? '');
    const ago = (atMs: number) => hooks.clock.nowMs() - atMs;
    expect(found?.attempts.map(({ nr, status, atMs }) => [nr, status, ago(atMs)])).toEqual([
      [2, 200, 0],
      [1, 200, 3_600_000],
    ]);
  });

  it('replay a stretch of time, each subject in its order', async () => {
    const { id } = await endpoint();
    const sinceMs = hooks.clock.nowMs();
    for (let i = 0; i < 4; i += 1) {
      await hooks.happen({ subject: 'a' });
      await hooks.happen({ subject: 'b' });
    }
    await hooks.engine.idle();
    hooks.requests.length = 0;
    hooks.clock.advance(1_000);
    const outcome = await replayDeliveries(hooks.deps, hooks.tenant, id, {
      sinceMs,
      untilMs: hooks.clock.nowMs(),
    });
    expect(outcome).toEqual({ replayed: 8, nextSinceMs: null });
    await hooks.engine.idle();
    for (const subject of ['a', 'b']) {
      const mine = hooks.requests.filter(({ body }) => body.data['id'] === subjectNamed(subject));
      expect(sequences(mine)).toEqual([1, 2, 3, 4]);
    }
  });

  it('disable an endpoint that answers 410, keep what it misses, and send it when it is back', async () => {
    const { id } = await endpoint();
    let isGone = true;
    hooks.receive(URL, () => answer(isGone ? 410 : 200));
    await hooks.happen({ subject: 'a' });
    await hooks.engine.idle();
    const disabled = await findEndpoint(hooks.deps, hooks.tenant, id);
    expect(disabled).toMatchObject({ state: 'disabled', disabledReason: 'webhooks.endpointGone' });
    await hooks.happen({ subject: 'a' });
    await hooks.happen({ subject: 'b' });
    hooks.clock.advance(3_600_000);
    await hooks.engine.idle();
    expect(hooks.requests).toHaveLength(1);
    isGone = false;
    hooks.requests.length = 0;
    await patchEndpoint(hooks.deps, hooks.tenant, id, { state: 'active' });
    await hooks.engine.idle();
    const received = hooks.requests.map(({ body }) => `${body.type} ${body.sequence}`);
    expect(received.sort()).toEqual([
      'shipment.status_changed 1',
      'shipment.status_changed 1',
      'shipment.status_changed 2',
      'webhook_endpoint.disabled 1',
    ]);
  });

  it('cancel what was missed when the merchant says so', async () => {
    const { id } = await endpoint();
    await patchEndpoint(hooks.deps, hooks.tenant, id, { state: 'disabled' });
    await hooks.happen({ subject: 'a' });
    await hooks.engine.idle();
    hooks.clock.advance(1);
    await patchEndpoint(hooks.deps, hooks.tenant, id, { state: 'active', missed: 'cancel' });
    await hooks.happen({ subject: 'a' });
    await hooks.engine.idle();
    expect(hooks.requests.map(({ body }) => [body.sequence, body.previous_sequence])).toEqual([
      [2, 1],
    ]);
  });

  it('leave a removed endpoint alone', async () => {
    const { id } = await endpoint();
    await removeEndpoint(hooks.deps, hooks.tenant, id);
    await hooks.happen({ subject: 'a' });
    await hooks.engine.idle();
    expect(hooks.requests).toEqual([]);
  });

  it('obey Retry-After for the whole endpoint', async () => {
    await endpoint();
    let isBusy = true;
    hooks.receive(URL, () => (isBusy ? answer(429, { 'retry-after': '120' }) : answer(200)));
    await hooks.happen({ subject: 'a' });
    await hooks.engine.idle();
    await hooks.happen({ subject: 'b' });
    hooks.clock.advance(100_000);
    await hooks.engine.idle();
    expect(hooks.requests).toHaveLength(1);
    isBusy = false;
    hooks.clock.advance(21_000);
    await hooks.engine.idle();
    expect(hooks.requests).toHaveLength(3);
  });

  it('disable an endpoint after three days without a success, and say so', async () => {
    const { id } = await endpoint();
    const other = 'https://other.example/hook';
    await endpoint({ url: other, events: ['webhook_endpoint.*'] });
    hooks.receive(URL, () => TIMED_OUT);
    for (let day = 0; day < 4; day += 1) {
      for (let i = 0; i < 10; i += 1) await hooks.happen({ subject: `s ${day} ${i}` });
      await hooks.engine.idle();
      hooks.clock.advance(86_400_000);
    }
    await hooks.engine.idle();
    await hooks.engine.idle();
    expect(await findEndpoint(hooks.deps, hooks.tenant, id)).toMatchObject({ state: 'disabled' });
    const notices = hooks.requests.filter(({ url }) => url === other);
    expect(notices.map(({ body }) => [body.type, body.data['id']])).toEqual([
      ['webhook_endpoint.disabled', id],
    ]);
  });
});
