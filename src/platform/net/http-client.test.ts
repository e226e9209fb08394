import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { readBody } from './read-body.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const cleanups: (() => void)[] = [];
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

function onceNotified(channel: string, act: () => void): void {
  const listener = (): void => {
    unsubscribe(channel, listener);
    act();
  };
  subscribe(channel, listener);
}

function client(options: Parameters<typeof createHttpClient>[0] = {}): HttpClient {
  const made = createHttpClient(options);
  cleanups.push(() => made.close());
  return made;
}

describe('failures', () => {
  it('is a time-out when nothing is answered, or only the beginning', async () => {
    const silent = await serve(() => {});
    const slow = await serve((_, response) => {
      response.writeHead(200);
      response.write('{"half":');
    });
    // The time passes only when the request has come, or the head of the answer has.
    for (const [url, sign] of [
      [silent, 'http.server.request.start'],
      [slow, 'http.client.response.finish'],
    ] as const) {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const come = new Promise<void>((resolve) => onceNotified(sign, resolve));
      const outcome = client().send({ method: 'GET', url, timeoutMs: 20_000 });
      await come;
      await vi.advanceTimersByTimeAsync(19_999);
      expect(await Promise.race([outcome, Promise.resolve('waiting')])).toBe('waiting');
      await vi.advanceTimersByTimeAsync(1);
      expect(await outcome).toEqual({ kind: 'failed', reason: 'timeout' });
    }
  });

  it('is the network when nothing listens, or the connection breaks in the middle', async () => {
    const broken = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"half":');
      response.socket?.destroy();
    });
    const failed = { kind: 'failed', reason: 'network' };
    expect(await client().send({ method: 'GET', url: broken })).toEqual(failed);
    // Answered here, so that no query for a name that does not exist leaves the machine.
    const resolver = dns as { lookup: (...parameters: unknown[]) => void };
    vi.spyOn(resolver, 'lookup').mockImplementation((...parameters) => {
      const answer = parameters.at(-1) as (error: Error) => void;
      setImmediate(() => answer(new Error('ENOTFOUND')));
    });
    for (const url of ['http://127.0.0.1:1/', 'http://no.such.host.invalid/']) {
      const outcome = await client().send({ method: 'GET', url });
      expect(outcome, 'nothing can have left').toEqual({ ...failed, unsent: true });
    }
  });

  it('may have been sent when a reused connection is closed by the server', async () => {
    let calls = 0;
    const fickle = await serve((_, response) => {
      calls += 1;
      if (calls === 1) response.end('once');
      else response.socket?.destroy();
    });
    const http = client();
    expect(await http.send({ method: 'GET', url: fickle })).toMatchObject({ kind: 'answer' });
    const second = await http.send({ method: 'POST', url: fickle, body: 'a' });
    expect(second).toEqual({ kind: 'failed', reason: 'network' });
  });

  it('uses a new connection for each request on demand', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const http = client({ keepAlive: false });
    for (let index = 0; index < 3; index += 1) await http.send({ method: 'GET', url });
    expect(ports.size).toBe(3);
  });

  it('is too large beyond the limit, also when it was small before decompression', async () => {
    const body = 'x'.repeat(50_000);
    const plain = await serve((_, response) => response.end(body));
    const packed = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(body));
    });
    for (const url of [plain, packed]) {
      expect(await client({ answerBytesMax: 49_999 }).send({ method: 'GET', url })).toEqual({
        kind: 'failed',
        reason: 'too_large',
      });
      const fits = await client({ answerBytesMax: 50_000 }).send({ method: 'GET', url });
      expect(fits).toMatchObject({ kind: 'answer', text: body });
    }
  });

  it('is a body that is not compressed as declared', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end('no gzip');
    });
    expect(await client().send({ method: 'GET', url })).toMatchObject({ kind: 'failed' });
  });

  it('follows no redirect, so that no credential goes elsewhere', async () => {
    let received = 0;
    const elsewhere = await serve((_, response) => {
      received += 1;
      response.end();
    });
    const url = await serve((_, response) => {
      response.writeHead(302, { location: elsewhere });
      response.end();
    });
    const answer = await client().send({ method: 'GET', url, headers: { authorization: 'x' } });
    expect(answer).toMatchObject({ kind: 'answer', status: 302 });
    expect(received).toBe(0);
  });
});

describe('successes', () => {
  it('is any status with its headers, bytes and text', async () => {
    const url = await serve((_, response) => {
      response.writeHead(429, { 'Retry-After': '7', 'Set-Cookie': ['a=1', 'b=2'] });
      response.end('{"é":1}');
    });
    const answer = await client().send({ method: 'GET', url });
    expect(answer).toMatchObject({
      kind: 'answer',
      status: 429,
      headers: { 'retry-after': '7', 'set-cookie': 'a=1, b=2' },
      text: '{"é":1}',
    });
    expect(answer.kind === 'answer' && Buffer.from(answer.bytes).toString()).toBe('{"é":1}');
  });

  it('reads the charset that the answer names, and UTF-8 for an unknown one', async () => {
    const of = async (charset: string, body: Buffer) => {
      const url = await serve((_, response) => {
        response.setHeader('content-type', `text/xml; charset=${charset}`);
        response.end(body);
      });
      const answer = await client().send({ method: 'GET', url });
      return answer.kind === 'answer' ? answer.text : answer.reason;
    };
    expect(await of('ISO-8859-1', Buffer.from('Köln', 'latin1'))).toBe('Köln');
    expect(await of('klingon', Buffer.from('Köln'))).toBe('Köln');
  });

  it('sends method, headers and body as given, over one connection for several calls', async () => {
    const seen: { method: string | undefined; body: string; type: string | undefined }[] = [];
    const ports = new Set<number | undefined>();
    const url = await serve(async (request, response) => {
      ports.add(request.socket.remotePort);
      const body = await readBody(request, 1_000);
      seen.push({
        method: request.method,
        body: body.kind === 'body' ? body.bytes.toString() : body.kind,
        type: request.headers['content-type'],
      });
      response.end('{}');
    });
    const http = client();
    const headers = { 'content-type': 'application/json' };
    await http.send({ method: 'POST', url, headers, body: '{"a":[1]}' });
    await http.send({ method: 'PUT', url, headers, body: '' });
    await http.send({ method: 'DELETE', url });
    expect(seen).toEqual([
      { method: 'POST', body: '{"a":[1]}', type: 'application/json' },
      { method: 'PUT', body: '', type: 'application/json' },
      { method: 'DELETE', body: '', type: undefined },
    ]);
    expect(ports.size).toBe(1);
  });
});
