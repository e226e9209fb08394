import { Webhook } from 'standardwebhooks';
import { describe, expect, it, vi } from 'vitest';
import { connect } from './connect.ts';
import type { PageShape, Pages } from './pages.ts';
import { type ClientOptions, createSend } from './request.ts';
import type { Runtime } from './runtime.ts';
import { verify, WebhookError } from './webhook.ts';

interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
  readonly signal: AbortSignal;
}

/** A hub that gives these answers in order, and the last one again and again. */
function fakeHub(...answers: readonly (Response | Error)[]) {
  const sent: Sent[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    sent.push({ ...(init as Omit<Sent, 'url'>), url: String(input) });
    const answer = answers[Math.min(sent.length, answers.length) - 1];
    if (answer === undefined || answer instanceof Error) throw answer;
    return answer.clone();
  };
  return { sent, options: { baseUrl: 'https://hub.example/', apiKey: 'wb_test_x', fetch } };
}

const json = (body: unknown, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });

function connected(options: ClientOptions, table: Record<string, string>) {
  type Functions = Record<string, Record<string, (...args: unknown[]) => Pages<PageShape>>>;
  return connect(table, options) as Functions;
}

describe('a call', () => {
  const TABLE = {
    shipments: 'list GET  qkc|get GET /{}|create POST  jk|import POST /import bq',
    'carrierAccounts carrier-accounts': 'delete DELETE /{} k',
  };

  it('has the arguments of the path, the body and the query in this order', async () => {
    const { sent, options } = fakeHub(json({ id: 'a' }));
    const client = connected(options, TABLE);
    await client['shipments']?.['get']?.('a/b');
    await client['shipments']?.['create']?.({ order_id: '7' }, { idempotencyKey: 'once' });
    const query = { dry_run: true, column: { Nr: 'tracking_number' }, left: undefined };
    await client['shipments']?.['import']?.('x;y', { contentType: 'text/csv', query });
    await client['carrierAccounts']?.['delete']?.('9');
    expect(sent.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', 'https://hub.example/v1/shipments/a%2Fb', undefined],
      ['POST', 'https://hub.example/v1/shipments', '{"order_id":"7"}'],
      [
        'POST',
        'https://hub.example/v1/shipments/import?dry_run=true&column%5BNr%5D=tracking_number',
        'x;y',
      ],
      ['DELETE', 'https://hub.example/v1/carrier-accounts/9', undefined],
    ]);
    expect(
      sent.map(({ headers }) => [headers['content-type'], headers['idempotency-key']]),
    ).toEqual([
      [undefined, undefined],
      ['application/json', 'once'],
      ['text/csv', undefined],
      [undefined, expect.stringMatching(/^[0-9a-f-]{36}$/)],
    ]);
    expect(sent.every(({ headers }) => headers['authorization'] === 'Bearer wb_test_x')).toBe(true);
  });

  it('replaces its own headers, whatever the case of their names', async () => {
    const { sent, options } = fakeHub(json({}));
    const create = connected(options, TABLE)['shipments']?.['create'];
    await create?.({}, { headers: { 'Idempotency-Key': 'mine', 'If-Match': '"1"' } });
    expect(sent[0]?.headers).toMatchObject({ 'idempotency-key': 'mine', 'if-match': '"1"' });
    expect(Object.keys(sent[0]?.headers ?? {})).not.toContain('Idempotency-Key');
  });

  it('limits the time until a stream of events begins, not its length', async () => {
    vi.useFakeTimers();
    const { sent, options } = fakeHub(
      new Response('data: 1\n\n', { headers: { 'content-type': 'text/event-stream' } }),
    );
    const get = connected({ ...options, timeoutMs: 5 }, TABLE)['shipments']?.['get'];
    const stream: unknown = await get?.('live');
    vi.advanceTimersByTime(6);
    vi.useRealTimers();
    expect(sent[0]?.signal.aborted).toBe(false);
    expect(await (stream as Response).text()).toBe('data: 1\n\n');
  });

  it.each([undefined, null, '', '.', '..'])('refuses %j as part of a path', async (value) => {
    const { sent, options } = fakeHub(json({}));
    const get = connected(options, TABLE)['shipments']?.['get'];
    expect(() => get?.(value)).toThrow(TypeError);
    expect(sent).toEqual([]);
  });

  it('returns the first page when awaited, and every item when iterated', async () => {
    const { sent, options } = fakeHub(
      json({ data: [1, 2], next_cursor: 'c' }),
      json({ data: [3], next_cursor: null }),
    );
    const list = () => connected(options, TABLE)['shipments']?.['list']?.({ status: ['a', 'b'] });
    expect(await list()).toEqual({ data: [1, 2], next_cursor: 'c' });
    sent.splice(0);
    const items: unknown[] = [];
    for await (const item of list() ?? []) items.push(item);
    expect(items).toEqual([1, 2, 3]);
    expect(sent.map(({ url }) => url.split('?')[1])).toEqual([
      'status=a&status=b',
      'status=a&status=b&cursor=c',
    ]);
  });
});

describe('an attempt that fails', () => {
  const call = { method: 'GET', path: '/shipments', json: false, keyed: false, options: {} };
  const busy = (headers = {}) => json({ type: '/docs/errors#overloaded' }, 503, headers);

  function sending(...answers: readonly (Response | Error)[]) {
    const { sent, options } = fakeHub(...answers);
    const waitsMs: number[] = [];
    const runtime: Runtime = {
      nowMs: () => 0,
      wait: async (ms) => void waitsMs.push(ms),
      random: () => 0.5,
      uuid: () => 'key',
    };
    return { sent, waitsMs, send: createSend(options, runtime) };
  }

  it('is repeated after a growing wait, or the one that the hub asks for', async () => {
    const { waitsMs, send } = sending(
      new TypeError('fetch failed'),
      busy({ 'retry-after': '7' }),
      busy(),
      json({ ok: 1 }),
    );
    expect(await send(call)).toEqual({ ok: 1 });
    expect(waitsMs).toEqual([500, 7_000, 2_000]);
  });

  it('is repeated while the first request with its key is not finished', async () => {
    const early = json({ type: '/docs/errors#conflict' }, 409, { 'retry-after': '1' });
    const { waitsMs, send } = sending(early, json({ ok: 1 }));
    expect(await send({ ...call, method: 'POST', keyed: true })).toEqual({ ok: 1 });
    expect(waitsMs).toEqual([1_000]);
  });

  it('is repeated with the same Idempotency-Key', async () => {
    const { sent, send } = sending(busy(), json({ ok: 1 }));
    await send({ ...call, method: 'POST', keyed: true });
    expect(sent.map(({ headers }) => headers['idempotency-key'])).toEqual(['key', 'key']);
  });

  it.each([
    ['a write without a key', { ...call, method: 'POST' }, busy()],
    ['an error of the caller', call, json({ type: '/docs/errors#not_found' }, 404)],
    ['a wait of more than a minute', call, busy({ 'retry-after': '61' })],
  ])('is not repeated: %s', async (_, each, answer) => {
    const { sent, send } = sending(answer);
    await expect(send(each)).rejects.toMatchObject({ name: 'WaybillError' });
    expect(sent).toHaveLength(1);
  });

  it('ends with the last failure', async () => {
    const cause = new TypeError('fetch failed');
    const { sent, send } = sending(cause);
    await expect(send(call)).rejects.toMatchObject({ name: 'WaybillConnectionError', cause });
    expect(sent).toHaveLength(4);
  });

  it('says what the hub said', async () => {
    const problem = {
      type: '/docs/errors#invalid',
      title: 'The request is not valid.',
      detail: 'One member is wrong.',
      fix: 'Correct it.',
      errors: [{ pointer: '/carrier', reason: 'unknown', fix: 'Use ups.' }],
      request_id: 'r-1',
    };
    const refused = sending(json(problem, 422)).send(call);
    await expect(refused).rejects.toMatchObject({
      message: '422 invalid: One member is wrong.',
      code: 'invalid',
      errors: problem.errors,
      requestId: 'r-1',
    });
  });

  it('says what is known of the response of a proxy', async () => {
    const page = new Response('<h1>Bad gateway</h1>', { status: 500 });
    const refused = sending(page).send(call);
    await expect(refused).rejects.toMatchObject({ status: 500, code: 'http_500', errors: [] });
  });

  it('is not repeated once the caller has given up', async () => {
    const { sent, send } = sending(new TypeError('fetch failed'));
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(send({ ...call, options: { signal } })).rejects.toThrow('enough');
    expect(sent).toHaveLength(1);
  });
});

describe('a webhook', () => {
  const SECRET = `whsec_${Buffer.from('a secret of the tests').toString('base64')}`;
  const NOW_MS = Date.UTC(2026, 2, 10, 12);
  const body = JSON.stringify({ type: 'shipment.delivered', data: { id: 'ü' } });
  const signed = (atMs = NOW_MS, secret = SECRET) => ({
    'Webhook-Id': 'evt',
    'webhook-timestamp': String(atMs / 1_000),
    'webhook-signature': `v1,AAAA ${new Webhook(secret).sign('evt', new Date(atMs), body)}`,
  });

  it('is returned if it was signed by the official library', async () => {
    const request = { headers: signed(), secret: SECRET, nowMs: NOW_MS };
    expect(await verify({ ...request, body })).toEqual(JSON.parse(body));
    const headers = new Headers(signed());
    const bytes = new TextEncoder().encode(body);
    expect(await verify({ ...request, headers, body: bytes })).toEqual(JSON.parse(body));
    const secret = [`whsec_${btoa('another')}`, SECRET];
    expect(await verify({ ...request, secret, body })).toEqual(JSON.parse(body));
  });

  it.each([
    ['a changed body', { body: body.replace('ü', 'u') }],
    ['another secret', { secret: `whsec_${btoa('another')}` }],
    ['an old time', { headers: signed(NOW_MS - 301_000) }],
    ['a time to come', { headers: signed(NOW_MS + 301_000) }],
    ['no time', { headers: { ...signed(), 'webhook-timestamp': 'now' } }],
    ['no signature', { headers: { 'webhook-id': 'evt', 'webhook-timestamp': '1' } }],
    ['two signature headers', { headers: { ...signed(), 'webhook-signature': ['v1,a', 'v1,b'] } }],
    ['a signature that is not Base64', { headers: { ...signed(), 'webhook-signature': 'v1,%' } }],
  ])('is refused: %s', async (_, change) => {
    const request = { body, headers: signed(), secret: SECRET, nowMs: NOW_MS, ...change };
    await expect(verify(request)).rejects.toThrow(WebhookError);
  });
});
