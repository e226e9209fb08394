import { createServer, type IncomingHttpHeaders } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Caller, callerOf } from '../../http/testing/test-client.ts';
import { createTestHub, type TestHub } from '../../http/testing/test-hub.ts';
import { createHttpClient, type HttpClient } from '../../platform/net/http-client.ts';
import { readBody } from '../../platform/net/read-body.ts';
import { type ListenDeps, type ListenOptions, listen } from './listen.ts';

let hub: TestHub;
let call: Caller;
let key: string;
let carrier: string;
beforeAll(async () => {
  hub = await createTestHub();
  key = (await hub.newKey({ scopes: ['webhooks:read', 'shipments:write'] })).text;
  call = callerOf(hub, key);
  carrier = hub.adapters.carriers()[0]?.manifest.name ?? '';
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

async function receiver(answer: (index: number) => number | 'drop' = () => 200) {
  const received: ReceivedWebhook[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    const status = answer(requests);
    if (status === 'drop') return void request.socket.destroy();
    void readBody(request, 100_000).then((body) => {
      received.push({
        headers: request.headers,
        body: body.kind === 'body' ? body.bytes.toString('utf8') : '',
      });
      response.writeHead(status).end();
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

/** Runs it until it would wait for more for the `turns`-th time; `between` happens at each wait. */
async function run(
  options: Partial<ListenOptions> & Pick<ListenOptions, 'forward'>,
  {
    turns = 1,
    between = async () => {},
    http = createHttpClient(),
  }: {
    turns?: number;
    between?: (turn: number) => Promise<void>;
    http?: HttpClient;
  } = {},
) {
  const stop = new AbortController();
  const lines: string[] = [];
  const complaints: string[] = [];
  const waits: number[] = [];
  const deps: ListenDeps = {
    http,
    now: () => Date.now(),
    random: (length) => new Uint8Array(length).fill(5),
    wait: async (ms) => {
      waits.push(ms);
      if (waits.length >= turns) stop.abort();
      else await between(waits.length);
    },
    stop: stop.signal,
    print: (line) => void lines.push(line),
    writeError: (line) => void complaints.push(line),
  };
  const standard = { hub: hub.url, key, events: null, fromStart: false, secret: null };
  const code = await listen({ ...standard, ...options }, deps);
  http.close();
  return { code, lines, complaints, waits };
}

describe('waybill listen', () => {
  it('forwards what happens from now on, signed so that the official package accepts it', async () => {
    const { url, received } = await receiver();
    await call('POST', '/shipments', { carrier, tracking_number: '4000000001' });
    const { code, lines } = await run(
      { forward: url },
      {
        turns: 2,
        between: async () => {
          const made = await call('POST', '/shipments', { carrier, tracking_number: '4000000002' });
          await call('POST', `/shipments/${made.body['id']}/status`, { status: 'picked_up' });
        },
      },
    );
    expect(code).toBe(0);
    const secret = lines.find((line) => line.startsWith('Signed with '))?.slice(12) ?? '';
    expect(secret).toMatch(/^whsec_/);
    const events = received.map(({ headers, body }) =>
      new Webhook(secret).verify(body, {
        'webhook-id': String(headers['webhook-id']),
        'webhook-timestamp': String(headers['webhook-timestamp']),
        'webhook-signature': String(headers['webhook-signature']),
      }),
    );
    expect(events).toMatchObject([
      { type: 'shipment.created', sequence: 1, previous_sequence: null },
      { type: 'shipment.status_changed', sequence: 2, previous_sequence: 1 },
    ]);
    expect(lines.join('\n')).toMatch(/shipment\.created 4000000002 #1 → 200 \(\d+ ms\)/);
    expect(lines.join('\n')).not.toContain('4000000001');
  });

  it('begins with the oldest on request, and forwards only the named events', async () => {
    const { url, received } = await receiver(() => 500);
    const { lines } = await run({
      forward: url,
      fromStart: true,
      events: 'shipment.status_changed',
    });
    expect(received.length).toBeGreaterThan(0);
    for (const { body } of received) expect(JSON.parse(body).type).toBe('shipment.status_changed');
    expect(lines.join('\n')).toContain('→ 500');
  });

  it('waits for a receiver that does not exist yet, and keeps the order', async () => {
    const { url, received } = await receiver((index) => (index <= 2 ? 'drop' : 200));
    const { complaints, waits } = await run({ forward: url, fromStart: true }, { turns: 3 });
    expect(waits.slice(0, 2)).toEqual([2_000, 2_000]);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('does not answer');
    const numbers = received.map(({ body }) => JSON.parse(body).data.tracking_number);
    expect(numbers[0]).toBe('4000000001');
  });

  it('retries an unavailable hub at growing intervals, and continues when it is back', async () => {
    const { url } = await receiver();
    const real = createHttpClient();
    let requests = 0;
    const bytes = new Uint8Array();
    const down = { kind: 'answer', status: 503, headers: {}, bytes, text: '' } as const;
    const http: HttpClient = {
      send: async (request) => {
        requests += 1;
        if (requests === 3) return down;
        return requests <= 3 ? { kind: 'failed', reason: 'network' } : real.send(request);
      },
      close: () => real.close(),
    };
    const { complaints, waits, lines } = await run({ forward: url }, { turns: 4, http });
    expect(waits).toEqual([1_000, 2_000, 4_000, 1_000]);
    expect(complaints).toEqual([
      `${hub.url} does not answer (network). Retrying in 1 s.`,
      `${hub.url} does not answer (network). Retrying in 2 s.`,
      `${hub.url} answers 503. Retrying in 4 s.`,
    ]);
    expect(lines[0]).toContain('Forwarding');
  });

  it('reports an invalid key, event, address or secret, and ends', async () => {
    const { url: forward } = await receiver();
    const wrong = await run({ forward, key: 'wb_test_unknown' });
    expect([wrong.code, wrong.complaints.join('')]).toEqual([
      1,
      expect.stringMatching(/answers 401: The key is unknown/),
    ]);
    const events = await run({ forward, events: 'nope' });
    expect([events.code, events.complaints.length]).toEqual([1, 1]);
    for (const options of [
      { forward, key: '' },
      { forward: 'localhost:3000' },
      { forward, hub: 'nonsense' },
      { forward, secret: 'whsec_short' },
      { forward, secret: 'secret' },
    ]) {
      const { code, complaints } = await run(options);
      expect([code, complaints.length]).toEqual([2, 1]);
    }
  });
});
