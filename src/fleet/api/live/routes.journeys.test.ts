import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Caller, callerOf } from '../../../http/testing/test-client.ts';
import { newDriver, type TestDriver } from '../../../http/testing/test-driver.ts';
import { createTestHub, type TestHub } from '../../../http/testing/test-hub.ts';
import { listenTo } from '../../../http/testing/test-stream.ts';

let hub: TestHub;
let key: string;
let call: Caller;
let ada: TestDriver;
beforeAll(async () => {
  hub = await createTestHub({ listens: true });
  key = (await hub.newKey()).text;
  call = callerOf(hub, key);
  ada = await newDriver(hub, call, 'Ada Lovelace');
  expect((await ada.call('POST', '/driver/shift', { shift: 'on' })).status).toBe(200);
  await move();
});
afterAll(() => hub.close());

const open: { terminate(): void }[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.terminate();
});

let lat = 53.55;
async function move(): Promise<void> {
  hub.clock.advance(60_000);
  lat += 0.001;
  const ts = new Date(hub.clock.nowMs()).toISOString();
  const sent = await ada.call('POST', '/driver/positions', [{ ts, lat, lng: 9.95 }]);
  expect(sent.body).toMatchObject({ accepted: 1 });
}

interface ReceivedMessage {
  readonly type: string;
  readonly topics?: readonly {
    readonly topic: string;
    readonly couriers?: readonly { lat: number }[];
  }[];
}

async function connect(
  path = '/v1/live',
  headers: Record<string, string> = { authorization: `Bearer ${key}` },
) {
  const socket = new WebSocket(hub.url.replace('http', 'ws') + path, { headers });
  open.push(socket);
  const received: ReceivedMessage[] = [];
  let text = '';
  socket.on('message', (data) => {
    text += String(data);
    received.push(JSON.parse(String(data)) as ReceivedMessage);
  });
  await once(socket, 'open');
  const say = (message: unknown) => socket.send(JSON.stringify(message));
  const lats = () =>
    received.flatMap(({ topics = [], type }) =>
      type === 'batch' ? topics.flatMap(({ couriers = [] }) => couriers.map((at) => at.lat)) : [],
    );
  return { socket, received, say, lats, text: () => text };
}

async function refusal(path: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(hub.url.replace('http', 'ws') + path, { headers });
  open.push(socket);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  response.resume();
  return response.statusCode;
}

describe('WS /v1/live', () => {
  it('sends couriers as they move, and nothing personal', async () => {
    const { say, lats, received, text } = await connect();
    say({ subscribe: ['fleet', `courier:${ada.id}`, 'courier:cou_nobody', 'shipment:none', 'x'] });
    await vi.waitFor(() => expect(lats()).toContain(lat));
    expect(received[0]).toMatchObject({
      type: 'subscribed',
      topics: ['fleet', `courier:${ada.id}`],
      refused: [
        { topic: 'courier:cou_nobody' },
        { topic: 'shipment:none', reason: 'There is no such shipment.' },
        { topic: 'x' },
      ],
    });
    await move();
    await vi.waitFor(() => expect(lats().filter((each) => each === lat)).toHaveLength(2), 10_000);
    expect(text()).not.toContain('Ada');
    expect(text()).not.toContain('Lovelace');
  });

  it('reports an invalid message, and disconnects a client that floods', async () => {
    const { socket, received } = await connect();
    socket.send('no json');
    socket.send('{"subscribe":"fleet"}');
    socket.send(Buffer.from('{}'));
    await vi.waitFor(() =>
      expect(received.map(({ type }) => type)).toEqual(['error', 'error', 'error']),
    );
    const closed = once(socket, 'close');
    for (let index = 0; index < 100; index += 1) socket.send('{}');
    expect((await closed)[0]).toBe(1008);
  });

  it('accepts keys of merchants with couriers:read, and no web page', async () => {
    const less = (await hub.newKey({ scopes: ['shipments:read'] })).text;
    expect(await refusal('/v1/live', {})).toBe(401);
    expect(await refusal('/v1/live', { authorization: 'Bearer wb_test_unknown' })).toBe(401);
    expect(await refusal('/v1/live', { authorization: `Bearer ${less}` })).toBe(403);
    const page = { authorization: `Bearer ${key}`, origin: 'https://evil.example' };
    expect(await refusal('/v1/live', page)).toBe(403);
  });

  it('lets a browser in once, from the ticket’s page, to the ticket’s topics', async () => {
    const subscription = { origin: 'https://shop.example/page', subscribe: ['fleet'] };
    const made = await call('POST', '/live/tickets', subscription);
    expect(made.status).toBe(201);
    const path = `/v1/live?ticket=${made.body['ticket']}`;
    expect(String(made.body['url'])).toBe(hub.url.replace('http', 'ws') + path);
    const browser = await connect(path, { origin: 'https://shop.example' });
    browser.say({ subscribe: [`courier:${ada.id}`, 'fleet'] });
    await vi.waitFor(() => expect(browser.lats()).toContain(lat));
    expect(browser.received[0]).toMatchObject({
      topics: ['fleet'],
      refused: [{ topic: `courier:${ada.id}` }],
    });
    expect(await refusal(path, { origin: 'https://shop.example' })).toBe(401);
    const other = await call('POST', '/live/tickets', subscription);
    const stolen = `/v1/live?ticket=${other.body['ticket']}`;
    expect(await refusal(stolen, { origin: 'https://evil.example' })).toBe(403);
    expect(await refusal(stolen, { origin: 'https://shop.example' })).toBe(401);
    const late = await call('POST', '/live/tickets');
    hub.clock.advance(61_000);
    expect(await refusal(`/v1/live?ticket=${late.body['ticket']}`, { origin: hub.url })).toBe(401);
    const odd = await call('POST', '/live/tickets', {
      origin: 'ftp://x.example',
      subscribe: ['y'],
    });
    expect(odd.status).toBe(422);
  });

  it('ends the connections of a revoked key at once, and no others', async () => {
    const revoked = await hub.newKey();
    const auth = { authorization: `Bearer ${revoked.text}` };
    const opened = await connect('/v1/live', auth);
    const others = await connect();
    const sse = { ...auth, accept: 'text/event-stream' };
    const stream = await listenTo(`${hub.url}/v1/live?subscribe=fleet`, sse);
    opened.say({ subscribe: ['fleet'] });
    const batches = () => opened.received.filter(({ type }) => type === 'batch').length;
    // Two batches are a second apart, so the check of new connections has run.
    await vi.waitFor(() => expect(batches()).toBe(1), 10_000);
    await move();
    await vi.waitFor(() => expect(batches()).toBe(2), 10_000);
    const closed = once(opened.socket, 'close');
    const subscription = Date.now();
    expect((await call('DELETE', `/api-keys/${revoked.key.id}`)).status).toBe(204);
    expect((await closed)[0]).toBe(4401);
    await vi.waitFor(() => expect(stream.over()).toBe(true), 10_000);
    expect(Date.now() - subscription).toBeLessThan(20_000);
    expect(await refusal('/v1/live', auth)).toBe(401);
    expect(others.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('sends a merchant nothing of another’s couriers', async () => {
    const other = (await hub.newKey({ merchant: 'other' })).text;
    const stranger = await connect('/v1/live', { authorization: `Bearer ${other}` });
    stranger.say({ subscribe: ['fleet', `courier:${ada.id}`] });
    await vi.waitFor(() => expect(stranger.received.map(({ type }) => type)).toContain('batch'));
    await move();
    const own = await connect();
    own.say({ subscribe: ['fleet'] });
    await vi.waitFor(() => expect(own.lats()).toContain(lat));
    expect(stranger.text()).not.toContain('"lat"');
    expect(stranger.received[0]).toMatchObject({ refused: [{ topic: `courier:${ada.id}` }] });
  });
});

describe('GET /v1/live', () => {
  it('sends the same as server-sent events, and resumes', async () => {
    const auth = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
    const stream = await listenTo(`${hub.url}/v1/live?subscribe=fleet`, auth);
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no');
    await vi.waitFor(() => expect(stream.text()).toContain(String(lat)));
    const [first] = stream.events();
    expect(first).toMatchObject({ event: 'batch', data: { type: 'batch' } });
    stream.cancel();
    expect(first?.id).toBe(String(first?.data['seq']));
  });

  it('gives polling clients the same', async () => {
    const all = await call('GET', `/live?subscribe=fleet,courier:${ada.id}`);
    expect([all.status, all.body]).toMatchObject([
      200,
      {
        type: 'batch',
        topics: [{ topic: 'fleet', reset: true, couriers: [{ lat }] }, { couriers: [{ lat }] }],
      },
    ]);
    const wrong = [
      '',
      '?subscribe=',
      '?subscribe=x',
      `?subscribe=fleet&since=-1`,
      '?subscribe=shipment:no',
    ];
    for (const query of wrong) expect((await call('GET', `/live${query}`)).status).toBe(422);
    await ada.call('POST', '/driver/shift', { shift: 'off' });
    const off = await call('GET', '/live?subscribe=fleet');
    expect(off.text).not.toContain('"lat"');
  });
});
