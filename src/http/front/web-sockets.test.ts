import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Problem } from '../../kernel/errors.ts';
import { manualClock, systemRandom } from '../../platform/clock.ts';
import { createLog } from '../../platform/observability/log.ts';
import { createMetrics } from '../../platform/observability/metrics.ts';
import type { Route } from '../kit/route.ts';
import { createHubServer, type HubServer } from './server.ts';

const metrics = createMetrics({ processMetrics: false });
const plain = (hot: boolean): Route => ({
  method: 'GET',
  path: hot ? '/hot' : '/cold',
  hot,
  handler: async (_request, response) => void response.end('as ever'),
});

function open(metrics = createMetrics({ processMetrics: false })): HubServer {
  return createHubServer({
    routes: [plain(true), plain(false)],
    metrics,
    trustedProxies: [],
    clock: manualClock(0),
    randomBytes: systemRandom,
    log: createLog({ level: 'silent' }),
    sockets: [
      {
        path: '/echo',
        bytesMax: 100,
        async admit(_request, { query }) {
          if (query.get('key') !== 'right')
            throw new Problem('forbidden', { 'values.verbatim': { text: 'Not with this key.' } });
          return {
            open: (socket) =>
              socket.on('message', (data: Buffer) => socket.send(data.toString('utf8'))),
          };
        },
      },
    ],
  });
}

let http: HubServer;
let url: URL;
beforeAll(async () => {
  http = open(metrics);
  url = await http.listen('127.0.0.1', 0);
});
afterAll(() => http.close(0));

const webSocket = (path: string, to = url) => new WebSocket(`ws://${to.host}${path}`);

/** Resolves with the status of the rejection. */
async function refused(path: string): Promise<{ status: number; text: string }> {
  const socket = webSocket(path);
  const [, response] = await once(socket, 'unexpected-response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, text };
}

describe('WebSockets', () => {
  it('are opened if a route accepts them, at the root and under /v1', async () => {
    for (const path of ['/echo?key=right', '/v1/echo?key=right']) {
      const socket = webSocket(path);
      await once(socket, 'open');
      socket.send('hello');
      const [data] = await once(socket, 'message');
      expect(String(data)).toBe('hello');
      socket.close();
      await once(socket, 'close');
    }
    expect(await metrics.metrics()).toContain('route="/echo",status="101"');
  });

  it('are rejected with a problem', async () => {
    const wrong = await refused('/v1/echo?key=wrong');
    expect([wrong.status, JSON.parse(wrong.text)]).toMatchObject([403, { status: 403 }]);
    expect((await refused('/nowhere')).status).toBe(404);
  });

  it('end with a message that is too long', async () => {
    const socket = webSocket('/echo?key=right');
    await once(socket, 'open');
    socket.send('x'.repeat(101));
    const [code] = await once(socket, 'close');
    expect(code).toBe(1009);
  });

  it('end with the server, without delaying it', async () => {
    const other = open();
    const at = await other.listen('127.0.0.1', 0);
    const [polite, deaf] = [webSocket('/echo?key=right', at), webSocket('/echo?key=right', at)];
    await Promise.all([once(polite, 'open'), once(deaf, 'open')]);
    deaf.pause();
    const ended = once(polite, 'close');
    await other.close(0);
    expect((await ended)[0]).toBe(1001);
    deaf.terminate();
  });
});

describe('a request for another protocol', () => {
  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = net.connect(Number(url.port), '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (data) => {
        answer += data;
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  const h2c = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n';

  it('is answered as plain HTTP', async () => {
    for (const path of ['/hot', '/cold']) {
      const answer = await raw(`GET ${path} HTTP/1.1\r\n${h2c}\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer).toContain('as ever');
    }
  });

  it('with a body must be sent again without the upgrade', async () => {
    const answer = await raw(`POST /hot HTTP/1.1\r\n${h2c}Content-Length: 2\r\n\r\n{}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('without the header Upgrade');
  });

  it('is rejected when it is not a handshake', async () => {
    const head = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
    expect(await raw(`GET /echo?key=right HTTP/1.1\r\n${head}\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
  });
});
