import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Problem } from '../../kernel/errors.ts';
import type { Handler, Route } from '../kit/route.ts';
import { createTestHub, type TestHub } from '../testing/test-hub.ts';

/** Ends the requests to /slow, which never end by themselves. */
const underWay: (() => void)[] = [];

/** The grace period in `server.ts` for requests in progress. */
const GRACE_MS = 10_000;

/** Routes whose handlers misbehave in every possible way. */
function misbehaving(): readonly Route[] {
  const at = (path: string, handler: Handler): Route[] => [
    { method: 'GET', path: `/hot${path}`, hot: true, handler },
    { method: 'GET', path: `/cold${path}`, hot: false, handler },
  ];
  return [
    ...at('/bug', async () => {
      throw new Error('the password is hunter2');
    }),
    ...at('/sync', () => {
      throw new Error('before the first await');
    }),
    ...at('/gone', async () => {
      throw Object.assign(new Error('connect refused'), { code: 'ECONNREFUSED' });
    }),
    ...at('/late', async (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      throw new Problem('invalid', { 'values.verbatim': { text: 'too late' } });
    }),
    ...at('/wait', async () => {
      throw new Problem(
        'rate_limited',
        { 'values.verbatim': { text: 'slower' } },
        {
          retryAfterS: 2.1,
        },
      );
    }),
    ...at('/slow', async (_request, response) => {
      await new Promise<void>((resolve) => {
        underWay.push(() => {
          response.end('done');
          resolve();
        });
      });
    }),
    ...at('/ip', async (_request, response, { clientIp }) => {
      response.end(clientIp);
    }),
    ...at('/:name', async (_request, response, { params, versioned, path, query }) => {
      response.end(JSON.stringify({ params, versioned, path, query: [...query] }));
    }),
  ];
}

let hub: TestHub;
beforeAll(async () => {
  hub = await createTestHub({
    publicRoutes: misbehaving,
    trustedProxies: ['127.0.0.0/8', '10.0.0.1'],
  });
});
afterAll(() => hub.close());

/** Sends raw bytes and reads until the connection ends. */
function raw(bytes: string, options: { readonly end?: boolean } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(hub.url).port), '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
    socket.write(bytes, 'latin1');
    if (options.end) socket.end();
  });
}

describe('bytes that are not a request', () => {
  it.each([
    ['noise', 'hello\r\n\r\n'],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost x\r\n\r\n'],
    ['a NUL in a header', 'GET /docs HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n'],
    ['a control character in the path', 'GET /a\x01b HTTP/1.1\r\nHost: x\r\n\r\n'],
    [
      'two lengths that differ',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a chunk whose size is none',
      'POST /shipments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['headers beyond all measure', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
  ])('get a problem and the end of the connection: %s', async (_, bytes) => {
    const answer = await raw(bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 40\d /);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(answer).toContain('application/problem+json');
  });

  it('get nothing when the sender has disconnected', async () => {
    expect(await raw('GET / HT', { end: true })).not.toMatch(/^HTTP\/1\.1 5/);
  });
});

describe('requests with an unusual form', () => {
  const ask = (head: string) => raw(`${head}\r\nConnection: close\r\n\r\n`);

  it('are rejected without a Host header, except for HTTP/1.0', async () => {
    expect(await ask('GET /healthz HTTP/1.1')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ask('GET /healthz HTTP/1.0')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['a hot route', 'GET /hot/a'],
    ['a route on Express', 'GET /cold/a'],
    ['a path that leads nowhere', 'GET /nowhere/at/all'],
    ['a WebSocket', 'GET /live HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket'],
  ])('are rejected with two Host headers, whatever their values: %s', async (_, line) => {
    for (const hosts of ['Host: x\r\nHost: y', 'Host: x\r\nhOST: x', 'HOST:\r\nHost: x']) {
      for (const version of ['1.1', '1.0']) {
        const head = line.includes('HTTP/1.1') ? line : `${line} HTTP/${version}`;
        const answer = await ask(`${head}\r\n${hosts}`);
        expect(answer).toMatch(/^HTTP\/1\.1 400 /);
        expect(answer).toContain('2 Host headers');
      }
    }
  });

  it.each([
    ['a full address', 'GET http://x/hot/a?b=c HTTP/1.1\r\nHost: x', 200],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: x', 400],
    ['a path that does not decode', 'GET /nowhere/%E0%A4%A HTTP/1.1\r\nHost: x', 400],
    ['an encoded NUL in the query', 'GET /hot/a?b=%00 HTTP/1.1\r\nHost: x', 400],
    ['an address without end', `GET /${'a'.repeat(5_000)} HTTP/1.1\r\nHost: x`, 400],
    ['two slashes at the front', 'GET //hot/a HTTP/1.1\r\nHost: x', 404],
    ['dots', 'GET /hot/../../etc/passwd HTTP/1.1\r\nHost: x', 404],
    ['a method nobody knows', 'PROPFIND /hot/a HTTP/1.1\r\nHost: x', 405],
    ['a protocol to change to', 'GET /hot/a HTTP/1.1\r\nHost: x\r\nUpgrade: h2c', 200],
    ['an expectation nobody meets', 'GET /hot/a HTTP/1.1\r\nHost: x\r\nExpect: miracles', 200],
  ])('are answered: %s', async (_, head, status) => {
    expect(await ask(head)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

describe.each(['hot', 'cold'])('a %s route', (kind) => {
  it('hides the cause of an error from the client, and logs everything', async () => {
    for (const path of ['bug', 'sync']) {
      const answer = await fetch(`${hub.url}/${kind}/${path}`, {
        headers: { 'x-request-id': `${kind}-${path}` },
      });
      expect(answer.status).toBe(500);
      expect(await answer.json()).toMatchObject({
        type: '/docs/errors#internal',
        request_id: `${kind}-${path}`,
      });
    }
    expect(hub.log()).toContain(`"request_id":"${kind}-bug"`);
    expect(hub.log()).toContain('before the first await');
  });

  it('answers 503 with Retry-After while the database is unavailable', async () => {
    const answer = await fetch(`${hub.url}/${kind}/gone`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('rounds Retry-After up, never down', async () => {
    const answer = await fetch(`${hub.url}/${kind}/wait`);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3']);
  });

  it('cuts off a response that had begun, rather than mixing two', async () => {
    await expect(
      fetch(`${hub.url}/${kind}/late`).then((answer) => answer.text()),
    ).rejects.toThrow();
  });

  it('answers HEAD like GET without a body', async () => {
    const get = await fetch(`${hub.url}/${kind}/name`);
    const head = await fetch(`${hub.url}/${kind}/name`, { method: 'HEAD' });
    expect(head.status).toBe(get.status);
    expect(await head.text()).toBe('');
  });

  it('gets decoded parameters, and the path without the version', async () => {
    const answer = await fetch(`${hub.url}/v1/${kind}/a%2Fb%20%C3%A9/?q=1&q=2`);
    expect(await answer.json()).toMatchObject({
      params: { name: 'a/b é' },
      versioned: true,
      query: [
        ['q', '1'],
        ['q', '2'],
      ],
    });
  });

  it('counts for the first address from the right that is not a trusted proxy', async () => {
    const ip = async (forwarded: string) => {
      const answer = await fetch(`${hub.url}/${kind}/ip`, {
        headers: { 'x-forwarded-for': forwarded },
      });
      return answer.text();
    };
    expect(await ip('6.6.6.6, 192.0.2.7, 10.0.0.1')).toBe('192.0.2.7');
    expect(await ip('192.0.2.7, nonsense, 10.0.0.1')).toBe('10.0.0.1');
  });
});

describe('every response', () => {
  it('has the caller’s request id when valid, else one of ours', async () => {
    const id = async (sent: string) => {
      const answer = await fetch(`${hub.url}/healthz`, { headers: { 'x-request-id': sent } });
      return answer.headers.get('x-request-id');
    };
    expect(await id('abc-1')).toBe('abc-1');
    expect(await id('no good "id"')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await id('x'.repeat(200))).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('forbids sniffing and framing, and names no server software', async () => {
    for (const path of ['/healthz', '/nowhere', '/hot/a']) {
      const { headers } = await fetch(hub.url + path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  it('is a 404 problem for an unknown path, and 405 with Allow for another method', async () => {
    const nowhere = await fetch(`${hub.url}/nowhere`);
    expect(nowhere.status).toBe(404);
    expect(nowhere.headers.get('content-type')).toBe('application/problem+json');
    const other = await fetch(`${hub.url}/shipments`, { method: 'PUT', body: '{}' });
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    const options = await fetch(`${hub.url}/shipments`, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST']);
  });

  it('is counted by the pattern of its route, never by its path', async () => {
    await fetch(`${hub.url}/v1/shipments/some-secret-number`);
    // It is counted after the response is sent, which its reader may receive first.
    await vi.waitFor(async () =>
      expect(await hub.metrics.metrics()).toMatch(
        /waybill_http_request_seconds_count\{method="GET",route="\/shipments\/:id",status="401"\} 1/,
      ),
    );
    expect(await hub.metrics.metrics()).not.toContain('some-secret-number');
  });

  it('reaches a client still sending a body that is not needed', async () => {
    const answer = await raw(
      `POST /shipments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 3000000\r\n\r\n${'x'.repeat(500_000)}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer.toLowerCase()).toContain('connection: close');
  });
});

describe('closing', () => {
  it('lets requests in progress finish, ends idle connections and accepts no new ones', async () => {
    const own = await createTestHub({ publicRoutes: misbehaving });
    await (await fetch(`${own.url}/healthz`)).text();
    const slow = Promise.all(['hot', 'cold'].map((kind) => fetch(`${own.url}/${kind}/slow`)));
    await vi.waitFor(() => expect(underWay).toHaveLength(2));
    const closed = own.close();
    for (const finish of underWay) finish();
    for (const answer of await slow) expect(await answer.text()).toBe('done');
    const startedAt = performance.now();
    await closed;
    // Without the call to end them, it would wait for the whole grace period.
    expect(performance.now() - startedAt).toBeLessThan(GRACE_MS);
    await expect(fetch(`${own.url}/healthz`)).rejects.toThrow();
  });
});

/** The Linux limit on waiting connections; unknown on other systems. */
const SOMAXCONN = '/proc/sys/net/core/somaxconn';
const queueMost = existsSync(SOMAXCONN) ? Number(readFileSync(SOMAXCONN, 'utf8')) : 0;
const CALLERS = 1_000;

/** Established connections to a port of this machine: `st` is 01 in `man 5 proc_net`'s table. */
function through(port: number): number {
  const there = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/ +/))
    .filter(([, , remote, state]) => remote?.endsWith(there) && state === '01').length;
}

describe('connections that arrive all at once', () => {
  it.skipIf(queueMost < CALLERS)('fit in the backlog until they are accepted', async () => {
    const port = Number(new URL(hub.url).port);
    const before = through(port);
    const callers = Array.from({ length: CALLERS }, () =>
      connect(port, '127.0.0.1').on('error', () => {}),
    );
    await new Promise<void>((resolve) => process.nextTick(resolve)); // the connections start now
    // Nothing is accepted in this turn: connections beyond the backlog do not complete, however
    // long it takes.
    const startedAt = performance.now();
    let found = 0;
    do found = through(port) - before;
    while (found < CALLERS && performance.now() - startedAt < 20_000);
    for (const caller of callers) caller.destroy();
    expect(found).toBe(CALLERS);
  });
});
