import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FormPart, TransportRequest } from '../../../src/fleet/driver/index.ts';
import type { FakeHub } from '../../../src/fleet/driver/test-fake-hub.ts';
import { driverAppRoutes } from '../../../src/fleet/pages/driver-app/routes.ts';
import { driverTexts } from '../../../src/fleet/pages/driver-app/texts.ts';
import { createLog } from '../../../src/platform/observability/log.ts';

/** The app as the hub serves it, in front of a hub that the test controls. */
export interface FakeServer {
  readonly url: string;
  /** Serves a newer version of the app from then on, which calls its stops “Stops of today”. */
  publishNewVersion(): void;
  /** Total size of pages and files, as sent. */
  bytesSent(): number;
  close(): Promise<void>;
}

export async function serveDriverApp(hub: FakeHub): Promise<FakeServer> {
  let routes = driverAppRoutes();
  let bytesSent = 0;
  const server = createServer((request, response) => {
    response.once('finish', () => {
      if (!request.url?.startsWith('/v1/')) {
        bytesSent += Number(response.getHeader('content-length') ?? 0);
      }
    });
    void answer(routes, hub, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    bytesSent: () => bytesSent,
    publishNewVersion() {
      const texts = new Map(driverTexts());
      const english = texts.get('en') ?? { name: 'English', texts: {} };
      const changed = { ...english.texts, 'stops.title': 'Stops of today' };
      texts.set('en', { ...english, texts: changed });
      routes = driverAppRoutes(texts);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(
  routes: ReturnType<typeof driverAppRoutes>,
  hub: FakeHub,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (pathname === '/v1/driver/live') {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n');
    return;
  }
  if (pathname.startsWith('/v1/driver/')) {
    const { status, text } = hub.answer(await readRequest(request));
    response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    return;
  }
  const file = /^\/driver\/_\/([^/]+)$/.exec(pathname)?.[1];
  const [page, files] = routes;
  const route = pathname === '/driver' ? page : file === undefined ? undefined : files;
  if (route === undefined) {
    response.writeHead(404).end();
    return;
  }
  const context = {
    requestId: 'r',
    path: pathname,
    versioned: false,
    query: new URLSearchParams(),
    clientIp: '127.0.0.1',
    params: { file: file ?? '' },
    log: createLog({ level: 'fatal' }),
  };
  await route.handler(request, response, context);
}

async function readRequest(request: IncomingMessage): Promise<TransportRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const type = request.headers['content-type'] ?? '';
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    method: request.method === 'GET' ? 'GET' : 'POST',
    url: request.url ?? '/',
    headers,
    ...(type.startsWith('application/json') ? { json: JSON.parse(body.toString('utf8')) } : {}),
    ...(type.startsWith('multipart/') ? { form: await readForm(body, type) } : {}),
  };
}

async function readForm(body: Buffer, type: string): Promise<readonly FormPart[]> {
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': type },
  }).formData();
  const parts: Promise<FormPart>[] = [];
  form.forEach((value, name) => {
    parts.push(partOf(name, value));
  });
  return Promise.all(parts);
}

async function partOf(name: string, value: unknown): Promise<FormPart> {
  if (!(value instanceof Blob)) return { name, text: String(value) };
  if (value.type === 'application/json') {
    return { name, json: await value.text(), filename: 'signature.json' };
  }
  const bytes = new Uint8Array(await value.arrayBuffer());
  return { name, file: { type: value.type, bytes }, filename: 'photo.jpg' };
}
