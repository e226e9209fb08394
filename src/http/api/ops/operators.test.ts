import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub({ metricsToken: 'a-test-token', trustedProxies: ['127.0.0.0/8'] });
});
afterAll(() => hub.close());

describe('/readyz', () => {
  it('is 503 with the reasons while this process must not receive traffic', async () => {
    hub.readiness = { notReady: ['the database does not answer'], degraded: ['old'] };
    const answer = await fetch(`${hub.url}/readyz`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toEqual({
      status: 'not_ready',
      not_ready: ['the database does not answer'],
      degraded: ['old'],
    });
  });

  it('is 200 with the problems that do not stop serving', async () => {
    hub.readiness = { notReady: [], degraded: ['a mapping is broken: line 3'] };
    const answer = await fetch(`${hub.url}/readyz`);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      status: 'degraded',
      degraded: ['a mapping is broken: line 3'],
    });
    hub.readiness = { notReady: [], degraded: [] };
    expect(await (await fetch(`${hub.url}/readyz`)).json()).toMatchObject({ status: 'ready' });
  });
});

describe('/healthz', () => {
  it('is 200 whatever the state of the dependencies', async () => {
    hub.readiness = { notReady: ['everything'], degraded: [] };
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
  });
});

describe('/metrics', () => {
  it.each([
    ['from a proxy on this machine', { 'x-forwarded-for': '203.0.113.9' }, 401],
    ['from a proxy that says Forwarded', { forwarded: 'for=203.0.113.9' }, 401],
    ['from one that says who is there', { 'x-real-ip': '203.0.113.9' }, 401],
    ['by a name that is made to resolve to us', { host: 'figures.example' }, 401],
    ['with another token', { forwarded: 'for=x', authorization: 'Bearer another-token' }, 401],
    ['with the token', { forwarded: 'for=x', authorization: 'Bearer a-test-token' }, 200],
    ['from loopback itself', {}, 200],
  ])('requested %s is %j → %i', async (_, headers: Record<string, string>, status) => {
    const got = await new Promise<number>((resolve, reject) => {
      const sent = request(`${hub.url}/metrics`, { headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      sent.on('error', reject).end();
    });
    expect(got).toBe(status);
  });
});
