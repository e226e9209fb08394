import { createServer, type IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readBody } from '../../../platform/net/read-body.ts';
import { type Answered, type Caller, callerOf } from '../../testing/test-client.ts';
import { createTestHub, type TestHub } from '../../testing/test-hub.ts';

let hub: TestHub;
let call: Caller;
beforeAll(async () => {
  hub = await createTestHub();
  call = callerOf(hub, (await hub.newKey()).text);
  // The official package uses the machine's clock, and allows five minutes.
  hub.clock.advance(Date.now() - hub.clock.nowMs());
});
afterAll(() => hub.close());

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver on loopback that records what it receives. */
async function receiver(status = 200, text = 'thanks') {
  const received: ReceivedWebhook[] = [];
  const server = createServer((request, response) => {
    void readBody(request, 100_000).then((body) => {
      const bytes = body.kind === 'body' ? body.bytes : Buffer.alloc(0);
      received.push({ headers: request.headers, body: bytes.toString('utf8') });
      response.writeHead(status).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/hook`, received };
}

/** Throws when the official package rejects it. */
function verify(secret: string, { headers, body }: ReceivedWebhook): unknown {
  return new Webhook(secret).verify(body, {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  });
}

async function made(body: Record<string, unknown> = {}, as: Caller = call) {
  const { url } = await receiver();
  const answer = await as('POST', '/webhook-endpoints', { url, ...body });
  expect(answer.status).toBe(201);
  return { id: String(answer.body['id']), secret: String(answer.body['secret']), answer };
}

const errorsOf = ({ body }: Answered) =>
  body['errors'] as { pointer: string; reason: string; fix: string }[];

describe('an endpoint', () => {
  it('is created with a secret that is shown once', async () => {
    const { id, secret, answer } = await made({ events: ['*'], description: 'order system' });
    expect(Buffer.from(secret.replace(/^whsec_/, ''), 'base64').length).toBeGreaterThanOrEqual(24);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]+=*$/);
    expect(answer.body).toMatchObject({
      mode: 'test',
      events: ['*'],
      filters: {},
      description: 'order system',
      state: 'active',
      failures: 0,
    });
    const shown = await call('GET', `/webhook-endpoints/${id}`);
    expect(shown.text).not.toContain(secret);
    expect(shown.text).not.toContain(secret.slice('whsec_'.length));
    const { secret: _, ...rest } = answer.body;
    expect(shown.body).toMatchObject(rest);
    expect(shown.body['health']).toMatchObject({ waiting: 0, dead: 0 });
    expect(hub.log()).not.toContain(secret);
  });

  it('receives every event when no events are named', async () => {
    expect((await made()).answer.body['events']).toEqual(['*']);
  });

  it('is changed, disabled, enabled and removed', async () => {
    const { id } = await made();
    const path = `/webhook-endpoints/${id}`;
    const carrier = hub.adapters.carriers()[0]?.manifest.name;
    const patch = {
      events: ['shipment.*', 'shipment.*', 'carrier_account.health_changed'],
      filters: { carriers: [carrier], statuses: ['delivered'], tags: ['gift'] },
      description: '',
    };
    const changed = await call('PATCH', path, patch);
    expect(changed.body).toMatchObject({
      ...patch,
      events: ['shipment.*', 'carrier_account.health_changed'],
    });
    const off = await call('PATCH', path, { state: 'disabled' });
    expect(off.body).toMatchObject({ state: 'disabled', disabled_reason: 'disabled by you' });
    const on = await call('PATCH', path, { state: 'active', missed: 'cancel' });
    expect(on.body).toMatchObject({ state: 'active', disabled_reason: null, disabled_at: null });
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('DELETE', path)).status).toBe(404);
  });

  it('is listed page by page, oldest first', async () => {
    const { text } = await hub.newKey({ merchant: 'many' });
    const as = callerOf(hub, text);
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      ids.push((await made({}, as)).id);
      hub.clock.advance(1);
    }
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await as('GET', `/webhook-endpoints?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...(page.body['data'] as { id: string }[]).map(({ id }) => id));
      cursor = String(page.body['next_cursor'] ?? '');
    } while (cursor !== '');
    expect(seen).toEqual(ids);
  });
});

describe('an invalid endpoint', () => {
  it.each([
    ['ftp://shop.example/', 'It begins with neither https:// nor http://.'],
    ['https://user:password@shop.example/', 'It contains a user name or a password.'],
    ['http://10.0.0.1/', 'Its host has no address of the public internet.'],
    ['https://169.254.169.254/latest/meta-data', 'Its host has no address of the public internet.'],
    ['https://[::ffff:10.0.0.1]/', 'Its host has no address of the public internet.'],
    ['http://metadata.google.internal/', 'Webhooks cannot be sent to this host.'],
    ['https://shop.example:22/', 'Its port belongs to another protocol.'],
    ['nonsense', 'Not a URL.'],
  ])('rejects %s and says why', async (url, reason) => {
    for (const [method, path] of [
      ['POST', '/webhook-endpoints'],
      ['PATCH', `/webhook-endpoints/${(await made()).id}`],
    ] as const) {
      const answer = await call(method, path, { url });
      expect(answer.status).toBe(422);
      expect(errorsOf(answer)).toEqual([{ pointer: '/url', reason, fix: expect.any(String) }]);
    }
  });

  it('rejects plain http to the internet for live keys only', async () => {
    const live = callerOf(hub, (await hub.newKey({ mode: 'live' })).text);
    const url = 'http://93.184.215.14/hook';
    const answer = await live('POST', '/webhook-endpoints', { url });
    expect(errorsOf(answer)).toMatchObject([{ pointer: '/url', reason: 'It is not encrypted.' }]);
    expect((await call('POST', '/webhook-endpoints', { url })).status).toBe(201);
    const { url: local } = await receiver();
    expect((await live('POST', '/webhook-endpoints', { url: local })).status).toBe(201);
  });

  it('rejects unknown events, carriers and statuses, and lists the known ones', async () => {
    const { url } = await receiver();
    const answer = await call('POST', '/webhook-endpoints', {
      url,
      events: ['shipment.exploded', 'nothing.*', 'shipment.delivered'],
      filters: { statuses: ['lost'] },
    });
    expect(answer.status).toBe(422);
    expect(errorsOf(answer).map(({ pointer }) => pointer)).toEqual([
      '/events/0',
      '/events/1',
      '/filters/statuses/0',
    ]);
    expect(answer.text).toContain('shipment.status_changed');
    const filters = { carriers: ['nobody'] };
    const other = await call('POST', '/webhook-endpoints', { url, filters });
    expect(errorsOf(other)).toMatchObject([{ pointer: '/filters/carriers/0' }]);
    for (const body of [{ url, events: [] }, { url, missed: 'send' }, { events: ['*'] }, {}]) {
      expect((await call('POST', '/webhook-endpoints', body)).status).toBe(422);
    }
    const { id } = await made();
    const missed = await call('PATCH', `/webhook-endpoints/${id}`, { missed: 'cancel' });
    expect(errorsOf(missed)).toMatchObject([{ pointer: '/missed' }]);
  });

  it('needs a key with the scope', async () => {
    const read = callerOf(hub, (await hub.newKey({ scopes: ['webhooks:read'] })).text);
    expect((await read('GET', '/webhook-endpoints')).status).toBe(200);
    expect((await read('POST', '/webhook-endpoints', { url: 'x' })).status).toBe(403);
    const other = callerOf(hub, (await hub.newKey({ scopes: ['shipments:write'] })).text);
    expect((await other('GET', '/webhook-endpoints')).status).toBe(403);
    expect((await other('GET', '/events')).status).toBe(403);
  });
});

describe('another merchant’s endpoint, or the other mode’s', () => {
  it('does not exist for any request', async () => {
    const { id } = await made();
    const strangers = [
      callerOf(hub, (await hub.newKey({ merchant: 'other' })).text),
      callerOf(hub, (await hub.newKey({ mode: 'live' })).text),
    ];
    const path = `/webhook-endpoints/${id}`;
    for (const as of strangers) {
      const requested = [
        as('GET', path),
        as('PATCH', path, { description: 'mine now' }),
        as('DELETE', path),
        as('POST', `${path}/rotate-secret`),
        as('POST', `${path}/test`),
        as('POST', `${path}/replay`),
        as('GET', `${path}/deliveries`),
        as('GET', `${path}/deliveries/${id}`),
        as('POST', `${path}/deliveries/${id}/replay`),
      ];
      for (const answer of await Promise.all(requested)) expect(answer.status).toBe(404);
      expect((await as('GET', '/webhook-endpoints')).text).not.toContain(id);
    }
    expect((await call('GET', path)).body['description']).toBe('');
  });

  it('gives the same 404 as an invalid id', async () => {
    for (const id of ['x', '00000000-0000-7000-8000-000000000000', '%00']) {
      const answer = await call('GET', `/webhook-endpoints/${id}`);
      expect([answer.status, answer.body['status']]).toEqual([answer.status, answer.status]);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
  });
});

describe('a test event', () => {
  it('arrives signed so that the official package accepts it, and returns the receiver’s answer', async () => {
    const { url, received } = await receiver(202, 'noted');
    const { id, secret } = await made({ url });
    const answer = await call('POST', `/webhook-endpoints/${id}/test`);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ delivered: true, status: 202, response: 'noted' });
    const [one] = received;
    if (one === undefined) throw new Error('nothing came');
    expect(verify(secret, one)).toMatchObject({
      id: answer.body['delivery_id'],
      type: 'webhook_endpoint.test',
      previous_sequence: null,
    });
    expect(one.headers['webhook-id']).toBe(answer.body['delivery_id']);
    expect(one.headers['content-type']).toBe('application/json');
  });

  it('is rejected by the official package when any part of it was altered', async () => {
    const { url, received } = await receiver();
    const { id, secret } = await made({ url });
    await call('POST', `/webhook-endpoints/${id}/test`);
    const [one] = received;
    if (one === undefined) throw new Error('nothing came');
    const other = (await made()).secret;
    const with_ = (name: string, value: string): ReceivedWebhook => ({
      ...one,
      headers: { ...one.headers, [name]: value },
    });
    const stale = String(Number(one.headers['webhook-timestamp']) - 3_600);
    for (const [with_secret, altered] of [
      [secret, { ...one, body: one.body.replace('test', 'Test') }],
      [secret, { ...one, body: `${one.body} ` }],
      [secret, with_('webhook-id', other)],
      [secret, with_('webhook-timestamp', stale)],
      [secret, with_('webhook-signature', 'v1,AAAA')],
      [other, one],
    ] as const) {
      expect(() => verify(with_secret, altered)).toThrow();
    }
    expect(() => verify(secret, one)).not.toThrow();
  });

  it('says why it failed, and is in the delivery log with its bytes', async () => {
    const { url, received } = await receiver(500, 'database down');
    const { id } = await made({ url });
    const answer = await call('POST', `/webhook-endpoints/${id}/test`);
    expect(answer.body).toMatchObject({
      delivered: false,
      status: 500,
      reason: 'answered 500',
      response: 'database down',
    });
    const path = `/webhook-endpoints/${id}/deliveries`;
    const list = await call('GET', `${path}?state=dead&type=webhook_endpoint.test`);
    expect(list.body['data']).toMatchObject([
      { id: answer.body['delivery_id'], state: 'dead', attempts: 1, last_status: 500 },
    ]);
    const one = await call('GET', `${path}/${answer.body['delivery_id']}`);
    expect(one.body['body']).toBe(received[0]?.body);
    expect(one.body['log']).toMatchObject([
      { nr: 1, status: 500, reason: 'answered 500', response: 'database down' },
    ]);
    expect((await call('GET', `${path}?state=nope`)).status).toBe(422);
    const again = await call('POST', `${path}/${answer.body['delivery_id']}/replay`);
    expect(again.status).toBe(409);
    expect((await call('GET', `${path}?state=waiting`)).body['data']).toEqual([]);
    expect((await call('GET', `${path}?type=shipment.nope`)).status).toBe(422);
    expect((await call('GET', `${path}?shipment_id=nope`)).status).toBe(422);
    expect((await call('GET', `${path}?cursor=nope`)).status).toBe(422);
    expect((await call('GET', `${path}/${id}`)).status).toBe(404);
  });
});

describe('a rotated secret', () => {
  it('signs beside the new one for the overlap, and not after', async () => {
    const { url, received } = await receiver();
    const { id, secret } = await made({ url });
    const path = `/webhook-endpoints/${id}`;
    const rotated = await call('POST', `${path}/rotate-secret`, { overlap_s: 60 });
    const fresh = String(rotated.body['secret']);
    expect(fresh).not.toBe(secret);
    expect(rotated.body['older_secrets_until']).toHaveLength(1);
    await call('POST', `${path}/test`);
    const [during] = received;
    if (during === undefined) throw new Error('nothing came');
    expect(() => verify(secret, during)).not.toThrow();
    expect(() => verify(fresh, during)).not.toThrow();
    hub.clock.advance(61_000);
    await call('POST', `${path}/test`);
    const after = received[1];
    if (after === undefined) throw new Error('nothing came');
    expect(() => verify(secret, after)).toThrow();
    expect(() => verify(fresh, after)).not.toThrow();
    expect((await call('GET', path)).body['older_secrets_until']).toEqual([]);
  });

  it('defaults to a day of overlap, and rejects an invalid time', async () => {
    const { id } = await made();
    const path = `/webhook-endpoints/${id}/rotate-secret`;
    const plain = await call('POST', path);
    expect(plain.status).toBe(200);
    const [until] = plain.body['older_secrets_until'] as string[];
    expect(Date.parse(until ?? '') - hub.clock.nowMs()).toBe(86_400_000);
    for (const overlap_s of [-1, 1.5, '60', 10_000_000]) {
      expect((await call('POST', path, { overlap_s })).status).toBe(422);
    }
  });
});

describe('a replay', () => {
  it('of nothing replays nothing, and invalid times are rejected', async () => {
    const { id } = await made();
    const path = `/webhook-endpoints/${id}/replay`;
    for (const body of [undefined, {}, { since: '2026-03-10T00:00:00Z' }]) {
      const answer = await call('POST', path, body);
      expect([answer.status, answer.body]).toEqual([202, { replayed: 0, next_since: null }]);
    }
    for (const body of [
      { since: 'yesterday' },
      { since: '2026-03-10T00:00:00Z', until: '2026-03-09T00:00:00Z' },
      { states: ['waiting'] },
      { types: ['nope'] },
    ]) {
      expect((await call('POST', path, body)).status).toBe(422);
    }
  });
});
